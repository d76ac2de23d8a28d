package routing

import (
	"fmt"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

// traefikClass is a class that Traefik takes up.
func traefikClass(r *diagnose.Route) string {
	if filter := r.Index.Traefik.Flag(diagnose.OnlyClass); filter != "" {
		return filter
	}
	for i := range r.Index.Snapshot.IngressClasses {
		if c := &r.Index.Snapshot.IngressClasses[i]; c.Spec.Controller == facts.TraefikController {
			return c.Name
		}
	}
	return "traefik"
}

func classEvidence(r *diagnose.Route) diagnose.Evidence {
	var names []string
	for i := range r.Index.Snapshot.IngressClasses {
		names = append(names, r.Index.Snapshot.IngressClasses[i].Name)
	}
	return diagnose.Fact("IngressClasses", "%s", diagnose.List(names))
}

func setClass(r *diagnose.Route) diagnose.Remedy {
	class := traefikClass(r)
	return diagnose.Remedy{
		Text: "name the class of Traefik, " + class,
		Command: fmt.Sprintf(
			`kubectl -n %s patch ingress %s --type=merge -p '{"spec":{"ingressClassName":"%s"}}'`,
			r.Ingress.Namespace,
			r.Ingress.Name,
			class,
		),
	}
}

// entryPoints are the entry points that the annotation of the Ingress names; nil for all.
func entryPoints(r *diagnose.Route) []string {
	if r.Source == nil {
		return nil
	}
	var out []string
	for n := range strings.SplitSeq(r.Source.Annotations["traefik.ingress.kubernetes.io/router.entrypoints"], ",") {
		if n = strings.ToLower(strings.TrimSpace(n)); n != "" {
			out = append(out, n)
		}
	}
	return out
}
