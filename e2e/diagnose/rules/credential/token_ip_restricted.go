package credential

import (
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/cloudflare"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const tokenIPRestricted diagnose.Code = "token-ip-restricted" //nolint:gosec // the name of a code, not a secret

func tokenIPRestrictedRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     tokenIPRestricted,
		Meaning:  "Cloudflare accepts the token only from other addresses",
		Evidence: "code 9109 with \"Cannot use the access token from location\"",
		Remedy:   "add the cluster's address to the token's client IP address filter",
		Blocks:   []diagnose.Layer{diagnose.DNS, diagnose.Certificate},
		Affects:  serves,
		Find:     findIPRestricted,
	}}
}

func findIPRestricted(r *diagnose.Route) []diagnose.Finding {
	return each(r, func(u diagnose.Use) []diagnose.Finding {
		elsewhere := func(f facts.Refusal) bool {
			return strings.Contains(f.Message, "Cannot use the access token from location")
		}
		if len(signsFor(r, cloudflare.RejectedHere)) == 0 &&
			(r.Index.Tokens[u.TokenRef] == nil || !slices.ContainsFunc(r.Index.Tokens[u.TokenRef].Refusals, elsewhere)) {
			return nil
		}
		return token(
			r,
			u,
			func(*facts.Token) bool { return true },
			"Cloudflare accepts the token, but not from the address of this cluster",
			"add the cluster's address to the token's client IP address filter",
			cloudflare.RejectedHere,
		)
	})
}
