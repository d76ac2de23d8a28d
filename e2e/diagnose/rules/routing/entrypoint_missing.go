package routing

import (
	"fmt"
	"slices"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const entryPointMissing diagnose.Code = "entrypoint-missing"

func entryPointMissingRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     entryPointMissing,
		Meaning:  "the Ingress is bound to an entry point that Traefik does not have",
		Evidence: "the annotation router.entrypoints names one that no flag of Traefik defines",
		Remedy:   "name web and websecure, or remove the annotation",
		Find:     ofTraefik(findEntryPointMissing),
	}}
}

func findEntryPointMissing(r *diagnose.Route) []diagnose.Finding {
	for _, n := range entryPoints(r) {
		if _, ok := r.Traefik.EntryPoints[n]; ok || r.Traefik.EntryPoints == nil {
			continue
		}
		known := make([]string, 0, len(r.Traefik.EntryPoints))
		for p := range r.Traefik.EntryPoints {
			known = append(known, p)
		}
		slices.Sort(known)
		return diagnose.One(
			r.Source.String(),
			fmt.Sprintf("the Ingress names the entry point %s, which Traefik does not have", n),
			dropEntryPoints(r, "name web and websecure, or remove the annotation"),
			diagnose.Fact(
				r.Source.String(),
				"annotation router.entrypoints %s",
				diagnose.List(entryPoints(r)),
			),
			diagnose.Fact(r.Traefik.String(), "entry points %s", diagnose.List(known)),
		)
	}
	return nil
}
