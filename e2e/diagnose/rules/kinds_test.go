package rules_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/diagnose/rules"
	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

func TestKinds(t *testing.T) {
	t.Parallel()
	check(t, kindRows())
}

func kindRows() []row {
	return slices.Concat(healthyKinds(), nameRows(), gatewayRows(), traefikRows())
}

// healthyKinds are routes that work, each of a kind, in forms that are common.
func healthyKinds() []row {
	noTarget := func(s *facts.Snapshot) { s.Traefik.Routes[0].Annotations = nil }
	var out []row
	for kind := range kinds() {
		out = append(out, row{name: kind + " that works", kind: kind})
	}
	return append(out,
		row{
			name: "an IngressRoute that a DNSEndpoint names", kind: edge.IngressRoute,
			change: all(noTarget, func(s *facts.Snapshot) {
				e := externaldns.DNSEndpoint{ObjectMeta: made("develop", "names", 10)}
				e.Spec.Endpoints = []externaldns.Endpoint{{DNSName: host, RecordType: "A", Targets: []string{address}}}
				s.DNSEndpoints = append(s.DNSEndpoints, e)
				with(s, facts.ExternalDNS, "--source=crd")
			}),
		},
		row{
			name: "an IngressRoute that a wildcard record names", kind: edge.IngressRoute,
			change: all(noTarget, func(s *facts.Snapshot) {
				s.Zones[0].Records[0].Name, s.Zones[0].Records[1].Name = "*.safeops.work", "a-*.safeops.work"
			}),
		},
		row{
			name: "an IngressRoute with the certificate of the default store", kind: edge.IngressRoute,
			change: all(unissued, func(s *facts.Snapshot) { s.Traefik.Routes[0].Spec.TLS.SecretName = "" }),
		},
		row{
			name: "a Gateway of another controller", kind: edge.HTTPRoute, change: func(s *facts.Snapshot) {
				s.GatewayAPI.Classes[0].Spec.ControllerName = "gateway.envoyproxy.io/gatewayclass-controller"
				s.GatewayAPI.HTTPRoutes[0].Status.Parents[0].ControllerName = s.GatewayAPI.Classes[0].Spec.ControllerName
				s.GatewayAPI.Gateways[0].Spec.Listeners[1].Port = 443
			},
		},
	)
}

// nameRows are failures of names.
func nameRows() []row {
	lost := func(source string) change {
		return all(noRecords, func(s *facts.Snapshot) {
			args("source", "--source="+source)(s)
			s.Logs[0].Lines = append(s.Logs[0].Lines, facts.Line{
				Time: ago(3).Time, Level: "info", Message: "Changing record.",
				Fields: map[string]string{"action": "DELETE", "record": host, "type": "A", "ttl": "1", "zone": "z1"},
			})
		})
	}
	var out []row
	for kind, source := range map[string]string{
		edge.HTTPRoute: "gateway-httproute", edge.IngressRoute: "traefik-proxy", edge.DNSEndpoint: "crd",
		edge.Service: "service",
	} {
		out = append(out, row{
			name: "source-missing: " + kind, kind: kind, change: lost("ingress"), cause: "source-missing",
			object: "Deployment cert-manager/external-dns", remedy: "--source=" + source, seen: "deleted the record at 2026",
			dns: diagnose.Broken,
		})
	}
	return append(out,
		row{
			name: "source-missing: another Gateway", kind: edge.HTTPRoute, cause: "source-missing",
			seen:   "--gateway-name=inner",
			change: all(noRecords, func(s *facts.Snapshot) { with(s, facts.ExternalDNS, "--gateway-name=inner") }),
			dns:    diagnose.Broken,
		},
		row{
			name: "source-missing: left to another program", kind: edge.IngressRoute, cause: "source-missing",
			object: "IngressRoute develop/frontend", remedy: "annotate ingressroute frontend",
			change: all(noRecords, func(s *facts.Snapshot) {
				s.Traefik.Routes[0].Annotations["external-dns.alpha.kubernetes.io/controller"] = "other"
			}),
			dns: diagnose.Broken,
		},
		row{
			name: "source-unreadable", kind: edge.HTTPRoute, cause: "source-unreadable", seen: "cannot list EndpointSlice",
			object: "Deployment cert-manager/external-dns", dns: diagnose.Broken,
			change: all(noRecords, func(s *facts.Snapshot) {
				s.Logs[0].Lines = []facts.Line{
					line(2, "fatal", "failed to sync *v1.EndpointSlice: context deadline exceeded with timeout 1m0s"),
				}
			}),
		},
		row{
			name: "route-without-target", kind: edge.IngressRoute, cause: "route-without-target",
			object: "IngressRoute develop/frontend", remedy: "external-dns.alpha.kubernetes.io/target=" + address,
			change: all(noRecords, func(s *facts.Snapshot) { s.Traefik.Routes[0].Annotations = nil }), dns: diagnose.Broken,
		},
		row{
			name: "route-without-target: by the other prefix", kind: edge.IngressRoute, cause: "route-without-target",
			seen: "prefix that external-dns does not read",
			change: all(noRecords, func(s *facts.Snapshot) {
				s.Traefik.Routes[0].Annotations = map[string]string{"external-dns.kubernetes.io/target": address}
			}),
			dns: diagnose.Broken,
		},
		row{
			name: "route-without-target: a Service without an address", kind: edge.Service, cause: "route-without-target",
			object: "Service develop/frontend", dns: diagnose.Broken,
			change: all(noRecords, func(s *facts.Snapshot) { s.Services[0].Status.LoadBalancer.Ingress = nil }),
		},
	)
}

// A host is found whichever kind of object has it, and so are the routes of an object that others depend on.
func TestTargets(t *testing.T) {
	t.Parallel()
	for kind, turn := range kinds() {
		s := healthy().Snapshot
		turn(s)
		e := rules.New(s)
		targets := e.Targets()
		if len(targets) != 1 || targets[0].Host != host || targets[0].Kind != kind {
			t.Errorf("%s: targets %+v", kind, targets)
		}
		if d := e.Explain(diagnose.Target{Host: host}); d.Kind != kind || !d.Healthy {
			t.Errorf("%s: by its host: %+v", kind, d)
		}
		if found := e.Find(targets[0].Source()); len(found) != 1 || found[0] != targets[0] {
			t.Errorf("%s: by its name: %+v", kind, found)
		}
	}
	for _, c := range []struct {
		kind string
		of   edge.Source
	}{
		{edge.HTTPRoute, edge.Source{Kind: "Gateway", Namespace: "develop", Name: "edge"}},
		{edge.HTTPRoute, edge.Source{Kind: "Service", Namespace: "develop", Name: "frontend"}},
		{edge.HTTPRoute, edge.Source{Kind: "Certificate", Namespace: "develop", Name: "frontend-tls"}},
		{edge.IngressRoute, edge.Source{Kind: "Service", Namespace: "develop", Name: "frontend"}},
	} {
		s := healthy().Snapshot
		kinds()[c.kind](s)
		if found := rules.New(s).Find(c.of); len(found) != 1 || found[0].Kind != c.kind {
			t.Errorf("%s: of %s: %+v", c.kind, c.of, found)
		}
	}
	s := healthy().Snapshot
	gatewayed(s)
	d := rules.Explain(s, diagnose.Target{Host: "unknown." + zone})
	if len(d.Causes) != 1 || !strings.Contains(d.Causes[0].Evidence[0].Text, "HTTPRoutes") {
		t.Errorf("a host that no route has: %+v", d.Causes)
	}
}
