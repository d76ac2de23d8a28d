package certificate

import (
	"fmt"

	networking "k8s.io/api/networking/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/ingressclass"
	"github.com/edgeproof/edgeproof/e2e/edge/traefik"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const solverClass diagnose.Code = "http01-solver-class"

func solverClassRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    solverClass,
		Meaning: "the HTTP-01 solver makes its Ingress in a class that the controller of the route does not serve",
		Evidence: "the class of the solver's Ingress does not exist, or belongs to another controller than that of the " +
			"route; the path of the challenge gives 404",
		Remedy: "name the class of the route in the issuer's solver",
		Find:   findSolverClass,
	}}
}

func findSolverClass(r *diagnose.Route) []diagnose.Finding {
	if selfCheck(r) == "" || proved(r) || r.Source == nil || !r.Index.Looked(facts.IngressClasses, "") {
		return nil
	}
	in := solverIngress(r)
	if in == nil {
		return nil
	}
	name, own := ingressclass.Of(in), r.Source.Class.Class
	if name.Class == own || own == "" || name.Class == "" || name.Annotated {
		return nil
	}
	class, served := r.Index.Classes[name.Class], r.Index.Classes[own]
	filtered := r.Traefik.Config.Refuses(name, class) == traefik.Filtered
	if served == nil || class != nil && sameController(class, served) && !filtered {
		return nil
	}
	why := fmt.Sprintf("class %s does not exist", name.Class)
	if class != nil {
		why = fmt.Sprintf("class %s is that of %s", name.Class, class.Spec.Controller)
	}
	if filtered {
		why = fmt.Sprintf("Traefik takes class %s alone", r.Traefik.Config.Value(traefik.OnlyClass))
	}
	return diagnose.One(
		r.Issuer.String(),
		fmt.Sprintf("the HTTP-01 solver makes its Ingress in class %s, and the route is of class %s: %s",
			name.Class, own, why),
		patchIssuer(r, "name class "+own+" in the solver",
			`{"spec":{"acme":{"solvers":[{"http01":{"ingress":{"ingressClassName":"`+own+`"}}}]}}}`),
		metAtProof(r)...)
}

func sameController(a, b *networking.IngressClass) bool {
	return a.Spec.Controller == b.Spec.Controller
}
