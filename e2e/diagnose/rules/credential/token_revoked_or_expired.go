package credential

import (
	"slices"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/cloudflare"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const tokenRevoked diagnose.Code = "token-revoked-or-expired"

func tokenRevokedRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     tokenRevoked,
		Meaning:  "Cloudflare does not accept the token: revoked, expired, or not yet valid",
		Evidence: "the provider reports disabled, expired, not-yet or unknown; codes 10000, 9109 and 1000 on read requests",
		Remedy:   "create a new token, update the Secret, restart external-dns",
		After:    []diagnose.Code{tokenIPRestricted},
		Blocks:   []diagnose.Layer{diagnose.DNS, diagnose.Certificate},
		Affects:  serves,
		Find:     findRevoked,
	}}
}

func findRevoked(r *diagnose.Route) []diagnose.Finding {
	return each(r, func(u diagnose.Use) []diagnose.Finding {
		return token(r, u, func(t *facts.Token) bool {
			return slices.Contains([]string{"disabled", "expired", "not-yet", "unknown"}, t.Status) && !accepted(t) &&
				!r.Has(tokenIPRestricted)
		}, "Cloudflare does not accept the token: it was revoked, has expired, or is not valid yet",
			"create a new token, store it in the Secret, then restart external-dns", cloudflare.Rejected)
	})
}
