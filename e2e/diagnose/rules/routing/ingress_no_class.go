package routing

import (
	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/ingressclass"
	"github.com/edgeproof/edgeproof/e2e/edge/traefik"
)

const ingressNoClass diagnose.Code = "ingress-no-class"

func ingressNoClassRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code: ingressNoClass,
		Meaning: "the Ingress names no class, and Traefik reads only Ingresses of its own class; a default class is " +
			"applied when an Ingress is created, not later",
		Evidence: "no spec.ingressClassName, and Traefik has a class filter or the Ingress has no address and answers 404",
		Remedy:   "set spec.ingressClassName",
		Blocks:   []diagnose.Layer{diagnose.DNS},
		Find:     ofTraefik(findNoClass),
	}}
}

// findNoClass finds an Ingress without a class that no controller serves. Without a filter of its own Traefik
// takes those up too, and then there is nothing wrong with it.
func findNoClass(r *diagnose.Route) []diagnose.Finding {
	if r.Source == nil {
		return nil
	}
	if class := r.Source.Class.Class; class != "" ||
		(r.Traefik.Config.Value(traefik.OnlyClass) == "" && (len(r.Published) > 0 || !isDown(r))) {
		return nil
	}
	return diagnose.One(
		r.Source.String(),
		"the Ingress names no class, so Traefik ignores it",
		setClass(r),
		diagnose.Fact(
			r.Source.String(),
			"no spec.ingressClassName and no annotation %s",
			ingressclass.Annotation,
		),
		classEvidence(r),
	)
}

// isDown reports whether a probe shows that the route does not answer.
func isDown(r *diagnose.Route) bool {
	rep := secure(r)
	return rep != nil && bad(rep.HTTP.Status)
}
