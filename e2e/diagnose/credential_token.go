package diagnose

import (
	"fmt"
	"slices"
	"strings"
	"time"

	core "k8s.io/api/core/v1"

	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// provided is what the provider said of a credential; nil when it was not asked.
func (r *route) provided(u use) *facts.Token {
	if t := r.tokens[u.tokenRef]; t != nil && t.Status != "" && !r.useless(u) {
		return t
	}
	return nil
}

// known is a right that was found out.
func known(right *bool, value bool) bool { return right != nil && *right == value }

// heard are the signs of the ailments, where the provider was not asked itself and the value is there.
func (r *route) heard(u use, ailments ...ailment) []sign {
	if r.provided(u) != nil || r.useless(u) {
		return nil
	}
	return r.signsOn(u, ailments...)
}

// verdict is evidence of what the provider says of a token.
func verdict(u use, t *facts.Token) []Evidence {
	right := func(b *bool) string {
		if b == nil {
			return "not found out"
		}
		return fmt.Sprint(*b)
	}
	out := []Evidence{says("provider", "token of %s: %s, Zone:Read %s, DNS:Read %s, DNS:Edit %s, zones %s", u.tokenRef, t.Status, right(t.ZoneRead), right(t.DNSRead), right(t.DNSEdit), list(t.Zones))}
	if n := len(t.Refusals); n > 0 {
		out = append(out, refusedRequest(t.Refusals[n-1]))
	}
	return out
}

func refusedRequest(f facts.Refusal) Evidence {
	return says("provider", "%s %s: %d, code %d %s", f.Method, f.Path, f.Status, f.Code, f.Message)
}

// token makes the finding of a rule that asks the provider's word, or else that of the components.
func (r *route) token(u use, holds func(*facts.Token) bool, summary, cure string, ailments ...ailment) []Finding {
	evidence := evidenceOf(r.signsOn(u, ailments...))
	if t := r.provided(u); t != nil {
		if !holds(t) {
			return nil
		}
		evidence = append(verdict(u, t), evidence...)
	} else if len(r.heard(u, ailments...)) == 0 {
		return nil
	}
	remedy := Remedy{Text: cure}
	if r.dns.Deployment != nil && slices.Contains(u.by, r.dns.String()) && strings.Contains(cure, "restart external-dns") {
		remedy.Command = fmt.Sprintf("kubectl -n %s rollout restart deployment/%s", r.dns.Namespace, r.dns.Name)
	}
	return finding(u.String(), summary, remedy, append(evidence, u.usedBy()...)...)
}

func findMalformed(r *route) []Finding {
	return r.each(func(u use) []Finding {
		return r.token(u, func(t *facts.Token) bool { return t.Status == "malformed" },
			"the Secret does not hold an API token of Cloudflare: it has another form", "create a scoped API token, not the global key, and store it; then restart external-dns", badForm)
	})
}

func findIPRestricted(r *route) []Finding {
	return r.each(func(u use) []Finding {
		elsewhere := func(f facts.Refusal) bool {
			return strings.Contains(f.Message, "Cannot use the access token from location")
		}
		if len(r.signsFor(rejectedHere)) == 0 && (r.tokens[u.tokenRef] == nil || !slices.ContainsFunc(r.tokens[u.tokenRef].Refusals, elsewhere)) {
			return nil
		}
		return r.token(u, func(*facts.Token) bool { return true }, "Cloudflare accepts the token, and not from the address of this cluster", "add the cluster's address to the token's filter of addresses", rejectedHere)
	})
}

func findRevoked(r *route) []Finding {
	return r.each(func(u use) []Finding {
		return r.token(u, func(t *facts.Token) bool {
			return slices.Contains([]string{"disabled", "expired", "not-yet", "unknown"}, t.Status) && !accepted(t) && !r.has(tokenIPRestricted)
		}, "Cloudflare does not accept the token: it was revoked, ran out, or is not valid yet", "create a new token, store it in the Secret, then restart external-dns", rejected401)
	})
}

// findNoZoneRead concludes from "Found no Zones" only when it is repeated: one passing error makes cert-manager say it too.
func findNoZoneRead(r *route) []Finding {
	return r.each(func(u use) []Finding {
		if r.provided(u) == nil && !r.repeated() {
			return nil
		}
		return r.token(u, func(t *facts.Token) bool {
			return accepted(t) && (known(t.ZoneRead, false) || (t.ZoneRead != nil && len(t.Zones) == 0))
		}, "the token sees no zone: it lacks Zone:Read, so external-dns writes nothing, in silence, and no challenge is solved",
			"give the token Zone:Read and DNS:Edit for the zone", noZone)
	})
}

// repeated reports whether the last event of the challenge happened more than once.
func (r *route) repeated() bool {
	if r.challenge == nil {
		return false
	}
	events := r.eventsOf("Challenge", r.challenge.Namespace, r.challenge.Name)
	return len(events) > 1 || (len(events) == 1 && events[0].Count > 1)
}

func findOtherZone(r *route) []Finding {
	return r.each(func(u use) []Finding {
		return r.token(u, func(t *facts.Token) bool {
			return accepted(t) && !known(t.ZoneRead, false) && len(t.Zones) > 0 && !seesZone(t, r.Host)
		}, "the token does not see the zone of "+r.Host, "include the zone in the token's resources, or use the account that holds it")
	})
}

func findNoDNSEdit(r *route) []Finding {
	return r.each(func(u use) []Finding {
		return r.token(u, func(t *facts.Token) bool {
			return accepted(t) && (known(edits(t, r.Host), false) || (t.DNSEdit == nil && len(r.signsFor(cannotWrite)) > 0)) && !known(t.ZoneRead, false)
		}, "the token may read the zone and not write records", "give the token DNS:Edit for the zone", cannotWrite)
	})
}

// edits is whether a token may write the records of the zone that holds the host; nil when that is not known.
func edits(t *facts.Token, host string) *bool {
	if slices.Contains(t.ReadOnly, zoneAmong(t.Zones, host)) {
		return new(false)
	}
	return t.DNSEdit
}

// good reports whether the provider accepts a credential for all that the route needs.
func (r *route) good(u use) bool {
	t := r.provided(u)
	return t != nil && accepted(t) && known(t.ZoneRead, true) && known(edits(t, r.Host), true) && seesZone(t, r.Host)
}

// syncUse is the credential of external-dns, when it is good.
func (r *route) syncUse() (use, bool) {
	for _, u := range r.uses() {
		if slices.Contains(u.by, r.dns.String()) && r.good(u) {
			return u, true
		}
	}
	return use{}, false
}

// findRotated finds an external-dns that keeps the token it was started with: the pod is older than the Secret, or the provider saw it
// send another one.
func findRotated(r *route) []Finding {
	u, ok := r.syncUse()
	refused := r.refusedSync()
	since, running := r.runningSince()
	if !ok || len(refused) == 0 || !running {
		return nil
	}
	secret, key, ok := r.shape(u)
	if !ok {
		return nil
	}
	evidence := evidenceOf(refused)
	_, sent := r.sent[key.Fingerprint]
	switch {
	case secret.CreationTimestamp.After(since):
		evidence = append(evidence, says(u.String(), "created %s; external-dns runs since %s", stamp(secret.CreationTimestamp.Time), stamp(since)))
	case !sent && len(r.sent) > 0:
		for fingerprint, at := range r.sent {
			evidence = append(evidence, says("journal", "external-dns sent token %s at %s; the Secret has %s", fingerprint, stamp(at), key.Fingerprint))
		}
	default:
		return nil
	}
	return finding(r.dns.String(), "external-dns uses the token it was started with, and the Secret has a new one",
		Remedy{"restart external-dns", fmt.Sprintf("kubectl -n %s rollout restart deployment/%s", r.dns.Namespace, r.dns.Name)}, evidence...)
}

// findCured finds an external-dns that was refused before the credential was cured, and has not tried again since.
func findCured(r *route) []Finding {
	u, ok := r.syncUse()
	refused := r.refusedSync()
	if !ok || len(refused) == 0 || r.has(tokenRotated) {
		return nil
	}
	return finding(r.dns.String(), "external-dns was refused at its last attempt, and the credential is good now: it has not tried again yet",
		Remedy{"wait for its next attempt, or restart it", fmt.Sprintf("kubectl -n %s rollout restart deployment/%s", r.dns.Namespace, r.dns.Name)},
		append(evidenceOf(refused), verdict(u, r.provided(u))...)...)
}

// refusedSync are the signs that external-dns gave of a credential that is not good.
func (r *route) refusedSync() []sign {
	var out []sign
	for _, s := range r.signsFor(noSecret, noKey, noValue, badHeader, badForm, rejected401, rejectedHere, cannotWrite) {
		if strings.HasPrefix(s.Source, "log ") || strings.HasPrefix(s.Source, "Pod ") {
			out = append(out, s)
		}
	}
	return out
}

// runningSince is when the container of external-dns was started, when it runs.
func (r *route) runningSince() (time.Time, bool) {
	for _, pod := range r.dns.pods {
		for i := range pod.Status.ContainerStatuses {
			if run := pod.Status.ContainerStatuses[i].State.Running; run != nil && pod.Status.Phase == core.PodRunning {
				return run.StartedAt.Time, true
			}
		}
	}
	return time.Time{}, false
}

// sentTokens are the tokens, by fingerprint, that external-dns last sent to the provider, as the provider's journal has it. It is known
// by the SDK it is built with.
func sentTokens(entries []api.JournalEntry) map[string]time.Time {
	for i := len(entries) - 1; i >= 0; i-- {
		e := &entries[i]
		if e.Source == api.SourceAPI && strings.HasPrefix(strings.ToLower(e.Detail["agent"]), "cloudflare") && e.Detail["token"] != "" {
			return map[string]time.Time{e.Detail["token"]: e.Time}
		}
	}
	return nil
}
