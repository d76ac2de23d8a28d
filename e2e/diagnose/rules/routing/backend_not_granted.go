package routing

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const backendNotGranted diagnose.Code = "backend-not-granted"

func backendNotGrantedRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     backendNotGranted,
		Meaning:  "the route leads to an object of another namespace, where no ReferenceGrant allows it",
		Evidence: "backendRefs with another namespace, and no ReferenceGrant there; ResolvedRefs=False with RefNotPermitted",
		Remedy:   "create a ReferenceGrant in the namespace of the backend",
		Find:     findBackendNotGranted,
	}}
}

func findBackendNotGranted(r *diagnose.Route) []diagnose.Finding {
	if r.Gateway == nil {
		return nil
	}
	for _, b := range r.Gateway.Backends {
		if r.Index.Gateways.Granted(r.Source.Source, b.Group, b.Source) {
			continue
		}
		evidence := []diagnose.Evidence{
			diagnose.Fact(r.Source.String(), "backendRef %s", b.Source),
			diagnose.Fact("ReferenceGrants", "none in namespace %s is for %s of namespace %s to %s",
				b.Namespace, r.Source.Kind, r.Ingress.Namespace, b.Kind),
		}
		for i := range r.Gateway.Parents {
			for n := range r.Gateway.Parents[i].Reported {
				if c := &r.Gateway.Parents[i].Reported[n]; refused(c) && c.Type == "ResolvedRefs" {
					evidence = append(evidence, conditionOf(r.Source.String(), c))
				}
			}
		}
		return diagnose.One(
			r.Source.String(),
			fmt.Sprintf("%s leads to %s, of another namespace, and no ReferenceGrant there allows it", r.Source, b.Source),
			grant(r.Source.Kind, r.Ingress.Namespace, b.Group, b.Kind, b.Namespace),
			evidence...)
	}
	return nil
}

// grant is the remedy that allows objects of a kind in one namespace to name those of another.
func grant(kind, namespace, group, to, where string) diagnose.Remedy {
	return diagnose.Remedy{
		Text: fmt.Sprintf("create a ReferenceGrant in namespace %s, from %s of namespace %s to %s",
			where, kind, namespace, to),
		Command: fmt.Sprintf(`kubectl apply -f - <<<'{"apiVersion":"gateway.networking.k8s.io/v1beta1",`+
			`"kind":"ReferenceGrant",`+
			`"metadata":{"name":"%s","namespace":"%s"},"spec":{"from":[{"group":"gateway.networking.k8s.io","kind":"%s",`+
			`"namespace":"%s"}],"to":[{"group":"%s","kind":"%s"}]}}'`, "from-"+namespace, where, kind, namespace, group, to),
	}
}
