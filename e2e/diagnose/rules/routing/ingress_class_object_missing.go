package routing

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const classMissing diagnose.Code = "ingress-class-object-missing"

func classMissingRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     classMissing,
		Meaning:  "the class of the Ingress does not exist; the API server does not check it",
		Evidence: "no IngressClass has the name",
		Remedy:   "set spec.ingressClassName to Traefik's class, or create the class",
		Blocks:   []diagnose.Layer{diagnose.DNS},
		Find:     findClassMissing,
	}}
}

func findClassMissing(r *diagnose.Route) []diagnose.Finding {
	if r.Source == nil || !r.Index.Looked(facts.IngressClasses, "") {
		return nil
	}
	class, old := r.Source.Class.Class, r.Source.Class.Annotated
	if class == "" || old || r.Index.Classes[class] != nil {
		return nil
	}
	return diagnose.One(
		r.Source.String(),
		fmt.Sprintf("the Ingress has class %s, and no IngressClass has that name", class),
		setClass(r),
		diagnose.Fact(r.Source.String(), "spec.ingressClassName %s", class),
		classEvidence(r),
	)
}
