package routing

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

// routeEntryPointRule finds for an IngressRoute what entryPointMissingRule finds for an Ingress.
func routeEntryPointRule() []diagnose.Rule {
	return []diagnose.Rule{{Code: entryPointMissing, Find: findRouteEntryPoint}}
}

func findRouteEntryPoint(r *diagnose.Route) []diagnose.Finding {
	o := ingressRoute(r)
	has := r.Traefik.Config.EntryPoints()
	if o == nil || len(has) == 0 || len(o.Spec.EntryPoints) == 0 {
		return nil
	}
	var missing []string
	for _, name := range o.Spec.EntryPoints {
		if _, known := has[strings.ToLower(name)]; !known {
			missing = append(missing, name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	there := slices.Sorted(maps.Keys(has))
	return diagnose.One(
		r.Source.String(),
		fmt.Sprintf("%s is bound to the entry point %s, which Traefik does not have", r.Source, diagnose.List(missing)),
		diagnose.Remedy{
			Text: "name entry points of Traefik: " + diagnose.List(there), Command: r.Source.Command("edit"),
		},
		diagnose.Fact(r.Source.String(), "entryPoints %s", diagnose.List(o.Spec.EntryPoints)),
		diagnose.Fact(r.Traefik.String(), "entry points %s", diagnose.List(there)),
	)
}
