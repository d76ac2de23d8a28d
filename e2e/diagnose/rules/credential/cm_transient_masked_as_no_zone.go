package credential

import (
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/cloudflare"
)

const transientMasked diagnose.Code = "cm-transient-masked-as-no-zone"

func transientMaskedRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     transientMasked,
		Meaning:  "after one transient error of the API cert-manager reports \"Found no Zones\", which is not so",
		Evidence: "\"Found no Zones\" while the token sees the zone",
		Remedy:   "wait for the next attempt",
		Kind:     diagnose.Wait,
		Blocks:   []diagnose.Layer{diagnose.Certificate},
		Find:     findMasked,
	}}
}

// findMasked finds "Found no Zones" of a challenge while the token sees the zone: since 1.19 at least, cert-manager
// forgets the error that led to it (pkg/issuer/acme/dns/cloudflare, FindNearestZoneForFQDN).
func findMasked(r *diagnose.Route) []diagnose.Finding {
	signs := signsFor(r, cloudflare.NoZone)
	if len(signs) == 0 || !ofZone(r, signs[0].Text) {
		return nil
	}
	for _, u := range r.Uses() {
		if r.Issuer.Name != "" && u.TokenRef == firstRef(r.Index.CredentialRefs[r.Issuer.String()]) && good(r, u) {
			return diagnose.One(
				diagnose.Object("Challenge", r.Challenge.Namespace, r.Challenge.Name),
				"cert-manager reports that it found no zone, which hides a transient error: the token sees the zone",
				diagnose.Remedy{
					Text: "wait for the next attempt, half an hour at most; the token is good",
				},
				append(evidenceOf(signs), verdict(u, provided(r, u))...)...)
		}
	}
	return nil
}

func firstRef(refs []diagnose.TokenRef) diagnose.TokenRef {
	if len(refs) == 0 {
		return diagnose.TokenRef{}
	}
	return refs[0]
}

// ofZone reports whether the domain that cert-manager found no zone for is of the host's zone, and not one that an
// alias of the challenge leads to.
func ofZone(r *diagnose.Route, text string) bool {
	_, domain, named := strings.Cut(text, "Found no Zones for domain ")
	domain, _, _ = strings.Cut(domain, ". ")
	return !named || r.Zone == nil || strings.HasSuffix(domain, r.Zone.Name)
}
