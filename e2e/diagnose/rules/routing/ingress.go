package routing

import (
	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/traefik"
)

// traefikClass is a class that Traefik takes up.
func traefikClass(r *diagnose.Route) string {
	if filter := r.Traefik.Config.Value(traefik.OnlyClass); filter != "" {
		return filter
	}
	for i := range r.Index.Snapshot.IngressClasses {
		if c := &r.Index.Snapshot.IngressClasses[i]; c.Spec.Controller == traefik.Controller {
			return c.Name
		}
	}
	return traefik.Class
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
		Text:    "name the class of Traefik, " + class,
		Command: r.Source.Patch("merge", `{"spec":{"ingressClassName":"`+class+`"}}`),
	}
}
