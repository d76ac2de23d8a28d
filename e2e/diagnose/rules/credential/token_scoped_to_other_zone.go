package credential

import (
	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const tokenOtherZone diagnose.Code = "token-scoped-to-other-zone"

func tokenOtherZoneRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     tokenOtherZone,
		Meaning:  "the token is scoped to other zones, or the zone is not in its account",
		Evidence: "none of the zones that the token sees contains the host",
		Remedy:   "include the zone in the token's resources",
		Blocks:   []diagnose.Layer{diagnose.DNS, diagnose.Certificate},
		Affects:  serves,
		Find:     findOtherZone,
	}}
}

func findOtherZone(r *diagnose.Route) []diagnose.Finding {
	return each(r, func(u diagnose.Use) []diagnose.Finding {
		return token(r, u, func(t *facts.Token) bool {
			return accepted(t) && !Known(t.ZoneRead, false) && len(t.Zones) > 0 && !SeesZone(t, r.Host)
		}, "the token does not see the zone of "+r.Host, "include the zone in the token's resources, or use the account "+
			"that has it")
	})
}
