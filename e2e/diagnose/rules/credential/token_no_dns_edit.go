package credential

import (
	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/cloudflare"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const tokenNoDNSEdit diagnose.Code = "token-no-dns-edit" //nolint:gosec // the name of a code, not a secret

func tokenNoDNSEditRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     tokenNoDNSEdit,
		Meaning:  "the token may read but not write",
		Evidence: "reading succeeds, and POST, PUT or DELETE gets 403 code 10000",
		Remedy:   "give the token DNS:Edit",
		Blocks:   []diagnose.Layer{diagnose.DNS, diagnose.Certificate},
		Affects:  serves,
		Find:     findNoDNSEdit,
	}}
}

func findNoDNSEdit(r *diagnose.Route) []diagnose.Finding {
	return each(r, func(u diagnose.Use) []diagnose.Finding {
		return token(r, u, func(t *facts.Token) bool {
			return accepted(t) &&
				(Known(Edits(t, r.Host), false) || (t.DNSEdit == nil && len(signsFor(r, cloudflare.CannotWrite)) > 0)) &&
				!Known(t.ZoneRead, false)
		}, "the token may read the zone but not write records", "give the token DNS:Edit for the zone",
			cloudflare.CannotWrite)
	})
}
