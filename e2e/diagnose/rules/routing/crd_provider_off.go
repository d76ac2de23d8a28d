package routing

import (
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const crdProviderOff diagnose.Code = "crd-provider-off"

func crdProviderOffRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code: crdProviderOff,
		Meaning: "Traefik does not read the IngressRoute: its provider kubernetesCRD is off, or watches other " +
			"namespaces, or another " +
			"class",
		Evidence: "no --providers.kubernetescrd; or its namespaces or ingressclass leave the object out",
		Remedy:   "set --providers.kubernetescrd=true, with its CRDs and its ClusterRole",
		Find:     findCRDProviderOff,
	}}
}

func findCRDProviderOff(r *diagnose.Route) []diagnose.Finding {
	t := r.Traefik
	if !t.Runs() || t.Config.Unread != "" || r.Has(oldGroup) {
		return nil
	}
	const provider = "providers.kubernetescrd"
	only, class := t.Config.Value(provider+".namespaces"), t.Config.Value(provider+".ingressclass")
	switch {
	case !t.Config.On(provider):
		return diagnose.One(
			t.String(), "Traefik's provider for IngressRoutes is off, so it does not read "+r.Source.String(),
			diagnose.Remedy{Text: "set --" + provider + "=true; it needs its CRDs and its ClusterRole"},
			diagnose.Fact(t.String(), "no --%s", provider),
		)
	case only != "" && !slices.Contains(strings.Split(only, ","), r.Ingress.Namespace):
		return diagnose.One(
			t.String(), "Traefik reads IngressRoutes of the namespaces "+only+" only, so it does not read "+r.Source.String(),
			diagnose.Remedy{Text: "add namespace " + r.Ingress.Namespace + " to --" + provider + ".namespaces, or remove " +
				"the flag"},
			diagnose.Fact(t.String(), "--%s.namespaces=%s", provider, only),
		)
	case class != "" && r.Source.Class.Class != class:
		return diagnose.One(
			r.Source.String(),
			"Traefik reads IngressRoutes of class "+class+" only, and this one names "+named(r.Source.Class.Class),
			diagnose.Remedy{
				Text:    "annotate the IngressRoute with the class",
				Command: r.Source.Annotate("kubernetes.io/ingress.class=" + class),
			},
			diagnose.Fact(t.String(), "--%s.ingressclass=%s", provider, class),
			diagnose.Fact(r.Source.String(), "annotation kubernetes.io/ingress.class: %s", named(r.Source.Class.Class)),
		)
	}
	return nil
}

func named(class string) string {
	if class == "" {
		return "none"
	}
	return class
}
