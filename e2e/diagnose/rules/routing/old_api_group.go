package routing

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/traefik"
)

const oldGroup diagnose.Code = "old-api-group"

func oldGroupRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     oldGroup,
		Meaning:  "the object is of API group traefik.containo.us, which Traefik v3 does not read",
		Evidence: "apiVersion of the object; Traefik v3 reads traefik.io alone",
		Remedy:   "deliver the object with apiVersion traefik.io/v1alpha1",
		Find:     findOldGroup,
	}}
}

func findOldGroup(r *diagnose.Route) []diagnose.Finding {
	o := ingressRoute(r)
	if o == nil || !o.Old() || r.Traefik.Before(3, 0) || !r.Traefik.Runs() {
		return nil
	}
	return diagnose.One(
		r.Source.String(),
		fmt.Sprintf("%s is of API group %s, which Traefik v3 does not read", r.Source, traefik.OldGroup),
		diagnose.Remedy{
			Text: "deliver it with apiVersion traefik.io/v1alpha1, and delete the old one",
			Command: fmt.Sprintf("kubectl -n %s get ingressroutes.%s %s -o yaml | sed 's|%s|%s|' | kubectl apply -f -",
				r.Ingress.Namespace, traefik.OldGroup, r.Ingress.Name, traefik.OldGroup, traefik.Group),
		},
		diagnose.Fact(r.Source.String(), "apiVersion %s", o.APIVersion),
		diagnose.Fact(r.Traefik.String(), "version %s", r.Traefik.Version),
	)
}
