package credential

import (
	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/cloudflare"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const tokenEmpty diagnose.Code = "token-empty-value"

func tokenEmptyRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     tokenEmpty,
		Meaning:  "the value under the key is empty; issuers are Ready all the same",
		Evidence: "0 bytes",
		Remedy:   "fill in the token",
		Blocks:   []diagnose.Layer{diagnose.DNS, diagnose.Certificate},
		Affects:  serves,
		Find:     findEmpty,
	}}
}

func findEmpty(r *diagnose.Route) []diagnose.Finding {
	return each(r, func(u diagnose.Use) []diagnose.Finding {
		secret, key, ok := shape(r, u)
		signs := signsFor(r, cloudflare.NoCredential)
		if (secret == nil && (r.Index.Looked(facts.Secrets, u.Namespace) || len(signs) == 0)) ||
			(secret != nil && (!ok || key.Length > 0)) {
			return nil
		}
		evidence := append(
			[]diagnose.Evidence{diagnose.Fact(u.String(), "key %s: 0 bytes", u.Key)},
			evidenceOf(signs)...)
		return diagnose.One(
			u.String(),
			"the Secret exists, and its token is empty",
			store(u, "fill in the token"),
			append(evidence, usedBy(u)...)...)
	})
}
