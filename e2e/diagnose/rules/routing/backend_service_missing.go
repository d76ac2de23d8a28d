package routing

import (
	core "k8s.io/api/core/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const backendMissing diagnose.Code = "backend-service-missing"

func backendMissingRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     backendMissing,
		Meaning:  "the backend Service of the Ingress does not exist in its namespace",
		Evidence: "no such Service",
		Remedy:   "create the Service or name another",
		Find:     findServiceMissing,
	}}
}

func findServiceMissing(r *diagnose.Route) []diagnose.Finding {
	if !r.Index.Looked(facts.Services, r.Ingress.Namespace) {
		return nil
	}
	return backends(r, func(b *edge.Backend, s *core.Service) []diagnose.Finding {
		if s != nil {
			return nil
		}
		evidence := []diagnose.Evidence{
			diagnose.Fact(r.Source.String(), "backend Service %s", b.Service),
			diagnose.Fact(diagnose.Object("Service", r.Ingress.Namespace, b.Service), "not found"),
		}
		for i := range r.Index.Snapshot.Services {
			if other := &r.Index.Snapshot.Services[i]; other.Name == b.Service {
				evidence = append(evidence, diagnose.Fact(serviceName(other), "is in another namespace"))
			}
		}
		return diagnose.One(
			diagnose.Object("Service", r.Ingress.Namespace, b.Service),
			"the backend Service of the Ingress does not exist in its namespace",
			diagnose.Remedy{
				Text: "create the Service, or name one of namespace " + r.Ingress.Namespace + ": an Ingress cannot use Services " +
					"of other namespaces",
			},
			evidence...)
	})
}
