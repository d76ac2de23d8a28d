package credential

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const tokenWrongNamespace diagnose.Code = "token-wrong-namespace"

func tokenWrongNamespaceRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    tokenWrongNamespace,
		Meaning: "the Secret is in a namespace where its user cannot read it",
		Evidence: "no such Secret where the user looks, and one of the same name elsewhere; a ClusterIssuer looks in " +
			"cert-manager's namespace, a pod in its own",
		Remedy:  "copy the Secret to the namespace of the component that uses it",
		Blocks:  []diagnose.Layer{diagnose.DNS, diagnose.Certificate},
		Affects: serves,
		Find:    findWrongNamespace,
	}}
}

func findWrongNamespace(r *diagnose.Route) []diagnose.Finding {
	return each(r, func(u diagnose.Use) []diagnose.Finding {
		evidence, gone := gone(r, u)
		other := elsewhere(r, u)
		if !gone || other == nil || used(r, other) || maker(r, u) != nil {
			return nil
		}
		there := diagnose.Object("Secret", other.Namespace, other.Name)
		return diagnose.One(
			u.String(),
			fmt.Sprintf(
				"the Secret with Cloudflare's token is in namespace %s, and %s reads it in %s",
				other.Namespace,
				users(u),
				u.Namespace,
			),
			store(
				u,
				"put the token into namespace "+u.Namespace,
			),
			append(append(evidence, diagnose.Fact(there, "has key %s", u.Key)), usedBy(u)...)...)
	})
}
