package credential

import (
	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/cloudflare"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const tokenNoZoneRead diagnose.Code = "token-no-zone-read" //nolint:gosec // the name of a code, not a secret

func tokenNoZoneReadRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code: tokenNoZoneRead,
		Meaning: "the token may not list zones; external-dns logs nothing about it, cert-manager reports \"Found no " +
			"Zones\"",
		Evidence: "the provider lists no zone for the token",
		Remedy:   "give the token Zone:Read",
		Blocks:   []diagnose.Layer{diagnose.DNS, diagnose.Certificate},
		Affects:  serves,
		Find:     findNoZoneRead,
	}}
}

// findNoZoneRead concludes from "Found no Zones" only when it is repeated: one passing error makes cert-manager say
// it too.
func findNoZoneRead(r *diagnose.Route) []diagnose.Finding {
	return each(r, func(u diagnose.Use) []diagnose.Finding {
		if provided(r, u) == nil && !repeated(r) {
			return nil
		}
		return token(r, u, func(t *facts.Token) bool {
			return accepted(t) && (Known(t.ZoneRead, false) || (t.ZoneRead != nil && len(t.Zones) == 0))
		}, "the token sees no zone: it lacks Zone:Read, so external-dns writes nothing and logs no error, and no challenge "+
			"is solved",
			"give the token Zone:Read and DNS:Edit for the zone", cloudflare.NoZone)
	})
}

// repeated reports whether the last event of the challenge happened more than once.
func repeated(r *diagnose.Route) bool {
	if r.Challenge == nil {
		return false
	}
	events := r.Index.EventsOf("Challenge", r.Challenge.Namespace, r.Challenge.Name)
	return len(events) > 1 || (len(events) == 1 && events[0].Count > 1)
}
