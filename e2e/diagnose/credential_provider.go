package diagnose

import (
	"fmt"
	"time"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

// recent is how long a refusal of the provider speaks of now.
const recent = 5 * time.Minute

func findZoneNotActive(r *route) []Finding {
	if r.zone == nil {
		return nil
	}
	zone := "zone " + r.zone.Name
	switch twins := r.zones[r.zone.Name]; {
	case len(twins) > 1:
		return finding(zone, fmt.Sprintf("there are %d zones of this name, and only one of them is shown to the world", len(twins)),
			Remedy{Text: "remove the zone that the registrar does not point to"}, says("provider", "%s: %s and %s", zone, twins[0].Status, twins[1].Status))
	case r.zone.Status != "" && r.zone.Status != active:
		return finding(zone, fmt.Sprintf("the zone is %s: the provider takes records that the world is not shown", r.zone.Status),
			Remedy{Text: "point the registrar's name servers to " + list(r.zone.NameServers)}, says("provider", "%s: status %s, name servers %s", zone, r.zone.Status, list(r.zone.NameServers)))
	}
	return nil
}

// troubles are the signs of a fault of the provider that still speak of now: external-dns's since its last good sync, or where it has had
// none, since the provider last granted a request; a challenge's unless external-dns has got through since; and what the provider refused
// of late.
func (r *route) troubles(of ailment, refused func(facts.Refusal) bool) []Evidence {
	through := r.synced
	if through.IsZero() {
		through = r.granted()
	}
	var signs []sign
	for _, s := range r.signsFor(of) {
		if of == noTransport || through.IsZero() || s.at.IsZero() || s.at.After(through) {
			signs = append(signs, s)
		}
	}
	out := evidenceOf(signs)
	if refused == nil {
		return out
	}
	for _, u := range r.uses() {
		t := r.tokens[u.tokenRef]
		if t == nil {
			continue
		}
		granted := grantedAt(t)
		var since []facts.Refusal
		for _, x := range t.Refusals {
			at, err := time.Parse(time.RFC3339, x.Time)
			if refused(x) && (err != nil || (at.After(r.synced) && !granted.After(at) && r.age(at) < recent)) {
				since = append(since, x)
			}
		}
		// One failure of the provider's own passes: whoever asked will ask again.
		if n := len(since); n > 1 || n == 1 && of != outage {
			out = append(out, refusedRequest(since[n-1]))
		}
	}
	return out
}

// granted is when the provider last granted a request with a token of the route; the zero time where it is not known.
func (r *route) granted() time.Time {
	var last time.Time
	for _, u := range r.uses() {
		if t := r.tokens[u.tokenRef]; t != nil && grantedAt(t).After(last) {
			last = grantedAt(t)
		}
	}
	return last
}

// grantedAt is when the provider last granted a request with the token; the zero time where it is not known.
func grantedAt(t *facts.Token) time.Time {
	at, _ := time.Parse(time.RFC3339, t.Granted)
	return at
}

const cloudflareAPI = "Cloudflare API"

func findQuotaShared(r *route) []Finding {
	evidence := r.troubles(throttled, func(f facts.Refusal) bool { return f.Status == 429 || f.Code == 10429 || f.Code == 971 })
	if len(evidence) == 0 {
		return nil
	}
	return finding(cloudflareAPI, "Cloudflare limits the requests of this account, which all its tokens share", Remedy{Text: "wait five minutes and find who else asks; raise external-dns --interval; the token is not at fault"}, evidence...)
}

func findOutage(r *route) []Finding {
	evidence := r.troubles(outage, func(f facts.Refusal) bool { return f.Status >= 500 })
	if len(evidence) == 0 {
		return nil
	}
	return finding(cloudflareAPI, "Cloudflare's API fails", Remedy{Text: "wait: both controllers try again; nothing in the cluster is at fault"}, evidence...)
}

func findProviderUnreachable(r *route) []Finding {
	evidence := r.troubles(noTransport, nil)
	if len(evidence) == 0 {
		return nil
	}
	space := r.dns.space()
	if space == "" {
		space = r.s.ClusterResources()
	}
	return finding(cloudflareAPI, "the cluster does not reach Cloudflare's API", Remedy{"allow TCP 443 to api.cloudflare.com, and DNS, from namespace " + space, "kubectl -n " + space + " get networkpolicies"}, evidence...)
}

// findMasked finds "Found no Zones" of a challenge while the token sees the zone: since 1.19 at least, cert-manager forgets the error that
// led to it (pkg/issuer/acme/dns/cloudflare, FindNearestZoneForFQDN).
func findMasked(r *route) []Finding {
	signs := r.signsFor(noZone)
	if len(signs) == 0 {
		return nil
	}
	for _, u := range r.uses() {
		if r.issuer.name != "" && u.tokenRef == firstRef(r.refs[r.issuer.String()]) && r.good(u) {
			return finding(object("Challenge", r.challenge.Namespace, r.challenge.Name), "cert-manager says that it found no zone, which hides a passing error: the token sees the zone",
				Remedy{Text: "wait for the next attempt, half an hour at most; the token is not at fault"}, append(evidenceOf(signs), verdict(u, r.provided(u))...)...)
		}
	}
	return nil
}

func firstRef(refs []tokenRef) tokenRef {
	if len(refs) == 0 {
		return tokenRef{}
	}
	return refs[0]
}
