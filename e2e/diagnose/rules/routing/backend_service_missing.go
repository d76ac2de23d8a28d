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
		Meaning:  "the backend Service of the route does not exist in its namespace",
		Evidence: "no such Service",
		Remedy:   "create the Service or name another",
		Find:     findServiceMissing,
	}}
}

func findServiceMissing(r *diagnose.Route) []diagnose.Finding {
	return backends(r, func(b *edge.Backend, s *core.Service) []diagnose.Finding {
		namespace := r.Source.ServiceName(b).Namespace
		if s != nil || !r.Index.Looked(facts.Services, namespace) {
			return nil
		}
		evidence := []diagnose.Evidence{
			diagnose.Fact(r.Source.String(), "backend Service %s", b.Service),
			diagnose.Fact(diagnose.Object("Service", namespace, b.Service), "not found"),
		}
		for i := range r.Index.Snapshot.Services {
			if other := &r.Index.Snapshot.Services[i]; other.Name == b.Service {
				evidence = append(evidence, diagnose.Fact(serviceName(other), "is in another namespace"))
			}
		}
		return diagnose.One(
			diagnose.Object("Service", namespace, b.Service),
			"the backend Service of the "+r.Source.Kind+" does not exist in its namespace",
			diagnose.Remedy{
				Text: "create the Service, or name one of namespace " + namespace + otherNamespaces(r),
			},
			evidence...)
	})
}

// otherNamespaces says whether a route of this kind could use a Service of another namespace.
func otherNamespaces(r *diagnose.Route) string {
	if r.Source.Kind == edge.Ingress {
		return ": an Ingress cannot use Services of other namespaces"
	}
	return ""
}
