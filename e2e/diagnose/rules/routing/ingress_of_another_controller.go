package routing

import (
	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const anotherController diagnose.Code = "ingress-of-another-controller"

func anotherControllerRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code: anotherController,
		Meaning: "the Ingress is served by another ingress controller, and only its answers are checked; this is not a " +
			"fault",
		Evidence: "its class is not Traefik's, and the address that it reports is not Traefik's either",
		Remedy:   "none; check that controller when the route fails",
		Fallback: true,
		Kind:     diagnose.Note,
		Find:     findForeign,
	}}
}

func findForeign(r *diagnose.Route) []diagnose.Finding {
	if !r.Foreign {
		return nil
	}
	class := r.Source.Class.Class
	by := "of class " + class
	if object := r.Index.Classes[class]; object != nil {
		by = object.Spec.Controller
	}
	return diagnose.One(
		r.Source.String(),
		"another ingress controller serves the Ingress, "+by+": its own settings are not checked",
		diagnose.Remedy{Text: "nothing to do"},
		diagnose.Fact(r.Source.String(), "class %s, status %s", class, diagnose.List(r.Published)),
	)
}
