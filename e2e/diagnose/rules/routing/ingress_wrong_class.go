package routing

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const ingressWrongClass diagnose.Code = "ingress-wrong-class"

func ingressWrongClassRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     ingressWrongClass,
		Meaning:  "the class of the Ingress belongs to another controller",
		Evidence: "the IngressClass has another spec.controller, or Traefik's class filter another value",
		Remedy:   "set spec.ingressClassName to Traefik's class",
		Blocks:   []diagnose.Layer{diagnose.DNS},
		Find:     ofTraefik(findWrongClass),
	}}
}

func findWrongClass(r *diagnose.Route) []diagnose.Finding {
	if r.Source == nil {
		return nil
	}
	evidence, other := r.OtherClass()
	if !other {
		return nil
	}
	class, old := r.Source.Class.Class, r.Source.Class.Annotated
	if !old && r.Index.Classes[class] == nil && r.Index.Looked(facts.IngressClasses, "") {
		return nil // that it does not exist says more
	}
	return diagnose.One(
		r.Source.String(),
		fmt.Sprintf("the Ingress has class %s, which is not Traefik's", class),
		setClass(r),
		diagnose.Fact(r.Source.String(), "class %s", class),
		evidence,
	)
}
