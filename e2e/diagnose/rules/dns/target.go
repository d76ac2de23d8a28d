package dns

import (
	"slices"

	networking "k8s.io/api/networking/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

// mixed reports whether targets are of unequal kinds: names and addresses.
func mixed(targets []string) bool {
	return slices.ContainsFunc(targets, func(t string) bool { return typeOf([]string{t}) == "CNAME" }) &&
		slices.ContainsFunc(targets, func(t string) bool { return typeOf([]string{t}) != "CNAME" })
}

func targetEvidence(r *diagnose.Route, ingresses ...*networking.Ingress) []diagnose.Evidence {
	var out []diagnose.Evidence
	for _, i := range ingresses {
		out = append(out, diagnose.Fact(diagnose.IngressName(i), "targets %s", diagnose.List(targetsOf(r, i))))
	}
	return out
}
