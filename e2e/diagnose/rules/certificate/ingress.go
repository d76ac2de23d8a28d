package certificate

import (
	"maps"
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

// badConfigReason is that of the event by which cert-manager refuses a route.
const badConfigReason = "BadConfig"

// badConfig is the event by which cert-manager refuses the Ingress, when it has one about the matter.
func badConfig(r *diagnose.Route, about string) []diagnose.Evidence {
	for _, e := range r.Index.EventsOf("Ingress", r.Ingress.Namespace, r.Ingress.Name) {
		if e.Reason == badConfigReason && strings.Contains(e.Message, about) {
			return []diagnose.Evidence{diagnose.Fact("event on "+r.Source.String(), "%s", e.Message)}
		}
	}
	return nil
}

// likely is the ClusterIssuer that is probably meant: the one whose name begins most like the given one, the
// production one of equals.
func likely(r *diagnose.Route, meant string) string {
	best, score := "ISSUER", -1
	for _, n := range slices.Sorted(maps.Keys(r.Index.ClusterIssuers)) {
		s := 0
		for s < min(len(n), len(meant)) && n[s] == meant[s] {
			s++
		}
		s *= 2
		if acme := r.Index.ClusterIssuers[n].Spec.ACME; acme != nil && !strings.Contains(acme.Server, "staging") {
			s++
		}
		if s > score {
			best, score = n, s
		}
	}
	return best
}
