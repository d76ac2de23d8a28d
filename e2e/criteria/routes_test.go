package criteria_test

import (
	"testing"

	gateway "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
)

// gatewayed leads the host by an HTTPRoute and a Gateway in place of the Ingress.
func gatewayed() (*facts.Snapshot, judge.Target) {
	s, t := healthy(), reference()
	s.Ingresses = nil
	name, all := gateway.Hostname(host), gateway.NamespacesFromAll
	public := gateway.Gateway{ObjectMeta: made("develop", "public", 10)}
	public.Annotations = map[string]string{"cert-manager.io/cluster-issuer": "letsencrypt-production"}
	public.Spec.Listeners = []gateway.Listener{{
		Name: "https", Port: 8443, Protocol: gateway.HTTPSProtocolType, Hostname: &name,
		TLS:           &gateway.ListenerTLSConfig{CertificateRefs: []gateway.SecretObjectReference{{Name: "frontend-tls"}}},
		AllowedRoutes: &gateway.AllowedRoutes{Namespaces: &gateway.RouteNamespaces{From: &all}},
	}}
	route := gateway.HTTPRoute{ObjectMeta: made("develop", "frontend", 10)}
	route.Spec.Hostnames = []gateway.Hostname{name}
	route.Spec.ParentRefs = []gateway.ParentReference{{Name: "public"}}
	s.GatewayAPI.Gateways, s.GatewayAPI.HTTPRoutes = []gateway.Gateway{public}, []gateway.HTTPRoute{route}
	t.Routes[0].Kind = edge.HTTPRoute
	return s, t
}

func TestARouteIsJudgedWhateverItsKind(t *testing.T) {
	t.Parallel()
	ofRoutes := []criteria.ID{"DW-3", "DW-4", "WF-2", "WF-5", "WF-6", "WF-7", "BL-4", "GR-1"}
	s, target := gatewayed()
	for _, id := range ofRoutes {
		if j := judged(id, s, target); !j.Met {
			t.Errorf("an HTTPRoute: %s", j)
		}
	}
	scope := criteria.Scope(target, "DW-3")
	if len(scope.Parts) != 1 || scope.Parts[0] != facts.GatewayAPI {
		t.Errorf("what DW-3 needs of an HTTPRoute: %v", scope.Parts)
	}

	s.GatewayAPI.Gateways[0].Annotations = nil
	for _, id := range []criteria.ID{"DW-3", "WF-5", "BL-4"} {
		expect(t, judged(id, s, target), true, "Gateway develop/public: has no annotation cert-manager.io/cluster-issuer")
	}
	s.GatewayAPI.HTTPRoutes = nil
	for _, id := range []criteria.ID{"DW-3", "DW-4", "WF-5", "WF-6", "BL-4", "GR-1"} {
		expect(t, judged(id, s, target), false, "HTTPRoute develop/frontend: not found")
	}
}
