package rules_test

import (
	"slices"

	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	api "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
	"github.com/edgeproof/edgeproof/e2e/edge/traefik"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

// kinds turns the healthy world's Ingress into a route of another kind, which is as healthy.
func kinds() map[string]change {
	return map[string]change{
		edge.HTTPRoute: gatewayed, edge.IngressRoute: crd, edge.DNSEndpoint: endpoint, edge.Service: annotatedService,
	}
}

// with gives a component flags more.
func with(s *facts.Snapshot, c facts.Component, more ...string) {
	at := container(s, c)
	at.Args = append(slices.Clone(at.Args), more...)
}

// instead replaces the Ingress, and what names it in the ownership record.
func instead(s *facts.Snapshot, resource, source string) {
	s.Ingresses = nil
	s.Zones[0].Records[1].Content = `"heritage=external-dns,external-dns/owner=sre-cluster,external-dns/resource=` + resource + `"`
	args("source", "--source="+source)(s)
}

func pointer[T any](v T) *T { return &v }

// gatewayed serves the host by an HTTPRoute that attaches to a Gateway in its namespace.
func gatewayed(s *facts.Snapshot) {
	instead(s, "httproute/develop/frontend", "gateway-httproute")
	with(s, facts.Traefik, "--providers.kubernetesgateway",
		"--providers.kubernetesgateway.statusaddress.service.name=traefik",
		"--providers.kubernetesgateway.statusaddress.service.namespace=traefik")
	with(s, facts.CertManager, "--enable-gateway-api")
	fine := func(kinds ...string) []meta.Condition {
		var out []meta.Condition
		for _, kind := range kinds {
			out = append(out, meta.Condition{Type: kind, Status: meta.ConditionTrue, Reason: kind, ObservedGeneration: 1})
		}
		return out
	}
	g := api.Gateway{ObjectMeta: made("develop", "edge", 20)}
	g.Annotations = map[string]string{"cert-manager.io/cluster-issuer": production}
	g.Spec.GatewayClassName = "traefik"
	g.Spec.Listeners = []api.Listener{
		{Name: "web", Port: 8000, Protocol: api.HTTPProtocolType},
		{
			Name: "https", Port: 8443, Protocol: api.HTTPSProtocolType, Hostname: pointer(api.Hostname(host)),
			TLS: &api.ListenerTLSConfig{CertificateRefs: []api.SecretObjectReference{{Name: "frontend-tls"}}},
		},
	}
	g.Status.Addresses = []api.GatewayStatusAddress{{Value: address}}
	g.Status.Conditions = fine("Accepted", "Programmed")
	for _, name := range []api.SectionName{"web", "https"} {
		g.Status.Listeners = append(g.Status.Listeners, api.ListenerStatus{
			Name: name, AttachedRoutes: 1, Conditions: fine("Accepted", "ResolvedRefs", "Programmed"),
		})
	}
	r := api.HTTPRoute{ObjectMeta: made("develop", "frontend", 10)}
	r.Spec.Hostnames = []api.Hostname{host}
	r.Spec.ParentRefs = []api.ParentReference{{Name: "edge"}}
	r.Spec.Rules = []api.HTTPRouteRule{{BackendRefs: []api.HTTPBackendRef{{BackendRef: api.BackendRef{
		BackendObjectReference: api.BackendObjectReference{Name: "frontend", Port: pointer(api.PortNumber(8080))},
	}}}}}
	r.Status.Parents = []api.RouteParentStatus{{
		ParentRef: r.Spec.ParentRefs[0], ControllerName: traefik.GatewayController,
		Conditions: fine("Accepted", "ResolvedRefs"),
	}}
	class := api.GatewayClass{ObjectMeta: made("", "traefik", 60)}
	class.Spec.ControllerName = traefik.GatewayController
	s.GatewayAPI.Classes, s.GatewayAPI.Gateways = []api.GatewayClass{class}, []api.Gateway{g}
	s.GatewayAPI.HTTPRoutes = []api.HTTPRoute{r}
	s.Certificates[0].OwnerReferences = []meta.OwnerReference{controller("Gateway", "edge")}
}

// crd serves the host by an IngressRoute, with a Certificate of its own.
func crd(s *facts.Snapshot) {
	instead(s, "ingressroute/develop/frontend", "traefik-proxy")
	with(s, facts.Traefik, "--providers.kubernetescrd")
	o := traefik.IngressRoute{
		TypeMeta:   meta.TypeMeta{APIVersion: "traefik.io/v1alpha1", Kind: "IngressRoute"},
		ObjectMeta: made("develop", "frontend", 10),
	}
	o.Annotations = map[string]string{"external-dns.alpha.kubernetes.io/target": address}
	o.Spec.EntryPoints = []string{"websecure"}
	o.Spec.Routes = []traefik.Router{{Match: "Host(`" + host + "`)", Kind: "Rule", Services: []traefik.Upstream{{
		Reference: traefik.Reference{Name: "frontend"}, Port: intstr.FromInt32(8080),
	}}}}
	o.Spec.TLS = &traefik.RouteTLS{SecretName: "frontend-tls"}
	s.Traefik.Routes = []traefik.IngressRoute{o}
	s.Certificates[0].OwnerReferences = nil
}

// endpoint names the host by a DNSEndpoint.
func endpoint(s *facts.Snapshot) {
	instead(s, "crd/develop/frontend", "crd")
	e := externaldns.DNSEndpoint{ObjectMeta: made("develop", "frontend", 10)}
	e.Spec.Endpoints = []externaldns.Endpoint{{DNSName: host, RecordType: "A", Targets: []string{address}}}
	s.DNSEndpoints = []externaldns.DNSEndpoint{e}
	s.Certificates = nil
}

// annotatedService names the host by a Service of its own address.
func annotatedService(s *facts.Snapshot) {
	instead(s, "service/develop/frontend", "service")
	s.Services[0].Spec.Type = core.ServiceTypeLoadBalancer
	s.Services[0].Annotations = map[string]string{"external-dns.alpha.kubernetes.io/hostname": host}
	s.Services[0].Status.LoadBalancer.Ingress = []core.LoadBalancerIngress{{IP: address}}
	s.Certificates = nil
}

// unissued takes the certificate away, and all that led to it.
func unissued(s *facts.Snapshot) {
	s.Certificates, s.CertificateRequests, s.Orders = []certmanager.Certificate{}, nil, nil
	s.Secrets = slices.DeleteFunc(slices.Clone(s.Secrets), func(o facts.Secret) bool { return o.Name == "frontend-tls" })
}
