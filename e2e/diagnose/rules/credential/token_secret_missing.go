package credential

import (
	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const tokenSecretMissing diagnose.Code = "token-secret-missing"

func tokenSecretMissingRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    tokenSecretMissing,
		Meaning: "the Secret with the token does not exist",
		Evidence: "no such Secret; the kubelet reports CreateContainerConfigError, cert-manager \"secrets not found\" " +
			"(since 1.21 also the issuer, reason InvalidSolver)",
		Remedy:  "create the Secret, or correct the ExternalSecret that is to make it",
		After:   []diagnose.Code{tokenWrongNamespace},
		Blocks:  []diagnose.Layer{diagnose.DNS, diagnose.Certificate},
		Affects: serves,
		Find:    findSecretMissing,
	}}
}

func findSecretMissing(r *diagnose.Route) []diagnose.Finding {
	return each(r, func(u diagnose.Use) []diagnose.Finding {
		evidence, gone := gone(r, u)
		if !gone || r.Has(tokenWrongNamespace) && elsewhere(r, u) != nil {
			return nil
		}
		if e := maker(r, u); e != nil {
			why, remedy, more := unmade(r, e)
			return diagnose.One(
				u.String(),
				"the Secret with Cloudflare's token does not exist: "+why+"; "+users(u)+" cannot work without it",
				remedy,
				append(append(evidence, more...), usedBy(u)...)...)
		}
		if other := elsewhere(r, u); other != nil {
			evidence = append(evidence, diagnose.Fact(diagnose.Object("Secret", other.Namespace, other.Name),
				"has the same name and key, and is used there"))
		}
		return diagnose.One(
			u.String(),
			"the Secret with Cloudflare's token does not exist; "+users(u)+" cannot work without it",
			store(u, "create the Secret"),
			append(evidence, usedBy(u)...)...)
	})
}
