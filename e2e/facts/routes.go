package facts

import (
	"k8s.io/apimachinery/pkg/types"

	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
	"github.com/edgeproof/edgeproof/e2e/edge/gateway"
)

// Routes lists the routes of all kinds, in the order of the snapshot; those of Gateway API come from a world that is
// made of it.
func (s *Snapshot) Routes(w *gateway.World) []*edge.Route {
	var out []*edge.Route
	for i := range s.Ingresses {
		out = append(out, edge.FromIngress(&s.Ingresses[i]))
	}
	for _, r := range w.Routes() {
		out = append(out, r.Route)
	}
	for i := range s.Traefik.Routes {
		out = append(out, s.Traefik.Routes[i].Route(edge.IngressRoute))
	}
	for i := range s.Traefik.TCPRoutes {
		out = append(out, s.Traefik.TCPRoutes[i].Route(edge.IngressRouteTCP))
	}
	for i := range s.DNSEndpoints {
		out = append(out, s.DNSEndpoints[i].Route())
	}
	for i := range s.Services {
		if r := externaldns.FromService(&s.Services[i]); r != nil {
			out = append(out, r)
		}
	}
	return out
}

// Route finds the route that an object describes.
func (s *Snapshot) Route(of edge.Source) (*edge.Route, bool) {
	if of.Kind == edge.Ingress { // which needs no world of Gateways
		i, ok := s.Ingress(types.NamespacedName{Namespace: of.Namespace, Name: of.Name})
		if !ok {
			return nil, false
		}
		return edge.FromIngress(i), true
	}
	for _, r := range s.Routes(s.Gateways()) {
		if r.Source == of {
			return r, true
		}
	}
	return nil, false
}

// Gateways is Gateway API as the snapshot has it.
func (s *Snapshot) Gateways() *gateway.World {
	labels := map[string]map[string]string{}
	for i := range s.Namespaces {
		labels[s.Namespaces[i].Name] = s.Namespaces[i].Labels
	}
	return gateway.New(&s.GatewayAPI, labels)
}

// RoutePart is the part that objects of a kind of route belong to.
func RoutePart(kind string) Part {
	switch kind {
	case edge.HTTPRoute, edge.GRPCRoute, edge.TLSRoute:
		return GatewayAPI
	case edge.IngressRoute, edge.IngressRouteTCP:
		return TraefikKinds
	case edge.DNSEndpoint:
		return DNSEndpoints
	case edge.Service:
		return Services
	}
	return Ingresses
}
