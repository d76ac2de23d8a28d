package dns

import (
	"slices"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge"
)

// mixed reports whether targets are of unequal kinds: names and addresses.
func mixed(targets []string) bool {
	return slices.ContainsFunc(targets, func(t string) bool { return typeOf([]string{t}) == "CNAME" }) &&
		slices.ContainsFunc(targets, func(t string) bool { return typeOf([]string{t}) != "CNAME" })
}

func targetEvidence(r *diagnose.Route, ingresses ...*edge.Route) []diagnose.Evidence {
	var out []diagnose.Evidence
	for _, i := range ingresses {
		out = append(out, diagnose.Fact(i.String(), "targets %s", diagnose.List(targetsOf(r, i))))
	}
	return out
}
