package routing

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/traefik"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const traefikBlind diagnose.Code = "traefik-rbac-or-namespace"

func traefikBlindRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     traefikBlind,
		Meaning:  "Traefik does not see the Ingress: it watches other namespaces, or its RBAC lacks a permission",
		Evidence: "--providers.kubernetesingress.namespaces excludes the namespace, or its log contains \"is forbidden\"",
		Remedy:   "extend the flag, or the ClusterRole and its binding",
		Blocks:   []diagnose.Layer{diagnose.DNS},
		Find:     ofTraefik(findTraefikBlind),
	}}
}

// findTraefikBlind finds what keeps Traefik from seeing the Ingress: a filter of namespaces, or rights that it lacks.
func findTraefikBlind(r *diagnose.Route) []diagnose.Finding {
	t := r.Traefik
	if only := t.Config.Value(traefik.OnlyNamespaces); only != "" && r.Source != nil &&
		!slices.Contains(strings.Split(only, ","), r.Ingress.Namespace) {
		return diagnose.One(
			t.String(),
			fmt.Sprintf(
				"Traefik watches the namespaces %s only, so it does not see %s",
				only,
				r.Source.String(),
			),
			diagnose.Remedy{
				Text: "add namespace " + r.Ingress.Namespace + " to --" + traefik.OnlyNamespaces + ", or remove the flag",
			},
			diagnose.Fact(t.String(), "--%s=%s", traefik.OnlyNamespaces, only),
		)
	}
	if l := r.Traefik.Logged.Forbidden; l != nil {
		return diagnose.One(
			t.String(),
			"Traefik has no permission to read the objects that define its routes",
			diagnose.Remedy{Text: "add the resource that the log names to its ClusterRole, and bind it"},
			diagnose.Logged(facts.Traefik, *l),
		)
	}
	return nil
}
