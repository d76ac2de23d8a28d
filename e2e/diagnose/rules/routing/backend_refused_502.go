package routing

import (
	"fmt"

	core "k8s.io/api/core/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/edge/traefik"
)

const backendRefused diagnose.Code = "backend-refused-502"

func backendRefusedRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     backendRefused,
		Meaning:  "the endpoints are reported as ready but accept no connection",
		Evidence: "502 or 504 from Traefik itself, with ready endpoints",
		Remedy:   "make the application listen on the target port on all addresses; check NetworkPolicies",
		After:    []diagnose.Code{backendNoEndpoints, networkDenies, backendTLS},
		Find:     findRefused,
	}}
}

// findRefused finds a backend that takes no connection though it is said to be ready: Traefik then answers itself.
// Its access log does not tell: it gives what its own proxy writes as OriginStatus, too (traefik v3.6
// pkg/middlewares/accesslog, AddOriginFields).
func findRefused(r *diagnose.Route) []diagnose.Finding {
	rep := secure(r)
	if !answered(rep, 502, 504) {
		rep = r.HTTP
	}
	if !answered(rep, 502, 504) || !traefik.Answers(rep.HTTP.Body) ||
		r.Has(backendNoEndpoints, networkDenies, backendTLS) {
		return nil
	}
	return backends(r, func(_ *edge.Backend, s *core.Service) []diagnose.Finding {
		if s == nil {
			return nil
		}
		var targets []string
		for _, p := range s.Spec.Ports {
			targets = append(targets, p.TargetPort.String())
		}
		return diagnose.One(
			serviceName(s),
			"the pods of the Service do not accept connections on its target port",
			diagnose.Remedy{
				Text: "make the application listen on the target port, on all addresses, or change the port; check " +
					"NetworkPolicies",
				Command: fmt.Sprintf("kubectl -n %s get endpointslices,networkpolicies", s.Namespace),
			},
			diagnose.Probed(rep),
			diagnose.Fact(serviceName(s), "targetPort %s", diagnose.List(targets)),
		)
	})
}
