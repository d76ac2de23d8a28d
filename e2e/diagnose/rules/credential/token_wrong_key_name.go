package credential

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const tokenWrongKey diagnose.Code = "token-wrong-key-name"

func tokenWrongKeyRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     tokenWrongKey,
		Meaning:  "the Secret does not have the key that its user references",
		Evidence: "the referenced key is not among the Secret's keys",
		Remedy:   "rename the key, or change the reference",
		Blocks:   []diagnose.Layer{diagnose.DNS, diagnose.Certificate},
		Affects:  serves,
		Find:     findWrongKey,
	}}
}

func findWrongKey(r *diagnose.Route) []diagnose.Finding {
	return each(r, func(u diagnose.Use) []diagnose.Finding {
		secret, _, ok := shape(r, u)
		signs := signsFor(r, diagnose.NoKey)
		switch {
		case ok, secret == nil && (r.Index.Looked(facts.Secrets, u.Namespace) || len(signs) == 0):
			return nil
		case secret == nil:
			return diagnose.One(
				u.String(),
				fmt.Sprintf("the Secret has no key %s", u.Key),
				store(u, "store the token under key "+u.Key),
				append(evidenceOf(signs), usedBy(u)...)...)
		}
		var keys []string
		for _, k := range secret.Keys {
			keys = append(keys, k.Name)
		}
		evidence := append(
			[]diagnose.Evidence{diagnose.Fact(u.String(), "keys %s", diagnose.List(keys))},
			evidenceOf(signs)...)
		return diagnose.One(
			u.String(),
			fmt.Sprintf("the Secret has no key %s, it has %s", u.Key, diagnose.List(keys)),
			store(u, "store the token under key "+u.Key),
			append(evidence, usedBy(u)...)...)
	})
}
