package rules_test

import (
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	networking "k8s.io/api/networking/v1"
	api "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose/rules"
	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

// many is the healthy world with so many routes, each with its own objects.
func many(routes int) *facts.Snapshot {
	w := healthy()
	s := w.Snapshot
	template := *s
	for n := range routes - 1 {
		ns, h := fmt.Sprintf("app-%d", n), fmt.Sprintf("app-%d.%s", n, zone)
		ingress := asks(ns, "frontend", h)
		s.Ingresses = append(s.Ingresses, ingress)
		s.Services = append(s.Services, serves(ns, "frontend", 8080))
		s.EndpointSlices = append(s.EndpointSlices, endpoints(ns, "frontend", "10.244.1.1"))
		runs(s, ns, "frontend", "edgeproof.dev/frontend:dev")
		c, q, o, secret := template.Certificates[0], template.CertificateRequests[0], template.Orders[0], template.Secrets[1]
		c.Namespace, c.Spec.DNSNames = ns, []string{h}
		q.Namespace, o.Namespace, o.Spec.DNSNames = ns, ns, []string{h}
		secret.Namespace = ns
		leaf := secret.Certificates[0]
		leaf.Names = []string{h}
		secret.Certificates = []facts.Certificate{leaf}
		s.Certificates, s.CertificateRequests, s.Orders, s.Secrets = append(s.Certificates, c),
			append(s.CertificateRequests, q), append(s.Orders, o), append(s.Secrets, secret)
		a, txt := template.Zones[0].Records[0], template.Zones[0].Records[1]
		a.Name, txt.Name, txt.Content = h, "a-"+h,
			fmt.Sprintf(`"heritage=external-dns,external-dns/owner=sre-cluster,external-dns/resource=ingress/%s/frontend"`, ns)
		s.Zones[0].Records = append(s.Zones[0].Records, a, txt)
		s.DNS[h], s.Domains[h], s.Probes[h] = template.DNS[host], template.Domains[host], template.Probes[host]
	}
	return s
}

// A thousand routes of one snapshot are as healthy as one, which shows that nothing leaks from one to another.
func TestMany(t *testing.T) {
	t.Parallel()
	e := rules.New(many(1000))
	targets := e.Targets()
	if len(targets) != 1000 {
		t.Fatalf("%d targets, want 1000", len(targets))
	}
	for _, target := range targets {
		if d := e.Explain(target); !d.Healthy {
			t.Fatalf("%s is not healthy: %+v", target.Host, d)
		}
	}
}

// mixed is that world with a third of the routes each of an HTTPRoute, which share a Gateway, and of an IngressRoute.
func mixed(routes int) *facts.Snapshot {
	s, of := many(routes), map[string]*facts.Snapshot{
		edge.HTTPRoute:    healthy().Snapshot,
		edge.IngressRoute: healthy().Snapshot,
	}
	for kind, one := range of {
		kinds()[kind](one)
	}
	shared := of[edge.HTTPRoute].GatewayAPI.Gateways[0]
	shared.Namespace, shared.Spec.Listeners[1].Hostname = "edge", pointer(api.Hostname("*."+zone))
	for i := range shared.Spec.Listeners {
		shared.Spec.Listeners[i].AllowedRoutes = &api.AllowedRoutes{
			Namespaces: &api.RouteNamespaces{From: pointer(api.NamespacesFromAll)},
		}
	}
	shared.Spec.Listeners[1].TLS.CertificateRefs[0].Namespace = pointer(api.Namespace("edge"))
	s.GatewayAPI.Classes, s.GatewayAPI.Gateways = of[edge.HTTPRoute].GatewayAPI.Classes, []api.Gateway{shared}
	args("source", "--source=ingress", "--source=gateway-httproute", "--source=traefik-proxy")(s)
	with(s, facts.Traefik, "--providers.kubernetesgateway", "--providers.kubernetescrd")
	var kept []networking.Ingress
	for n, i := range s.Ingresses {
		switch host := i.Spec.Rules[0].Host; n % 3 {
		case 0:
			kept = append(kept, i)
		case 1:
			r := *of[edge.HTTPRoute].GatewayAPI.HTTPRoutes[0].DeepCopy()
			r.Namespace, r.Spec.Hostnames = i.Namespace, []api.Hostname{api.Hostname(host)}
			r.Spec.ParentRefs[0].Namespace = pointer(api.Namespace("edge"))
			r.Status.Parents[0].ParentRef.Namespace = pointer(api.Namespace("edge"))
			s.GatewayAPI.HTTPRoutes = append(s.GatewayAPI.HTTPRoutes, r)
			s.Zones[0].Records[2*n+1].Content = strings.Replace(s.Zones[0].Records[2*n+1].Content, "=ingress/", "=httproute/",
				1)
		default:
			r := of[edge.IngressRoute].Traefik.Routes[0]
			r.Namespace, r.Spec.Routes = i.Namespace, slices.Clone(r.Spec.Routes)
			r.Spec.Routes[0].Match = "Host(`" + host + "`)"
			s.Traefik.Routes = append(s.Traefik.Routes, r)
			s.Zones[0].Records[2*n+1].Content = strings.Replace(s.Zones[0].Records[2*n+1].Content, "=ingress/",
				"=ingressroute/", 1)
		}
	}
	s.Ingresses = kept
	wildcard := s.Secrets[1]
	wildcard.Namespace = "edge"
	wildcard.Certificates = slices.Clone(wildcard.Certificates)
	wildcard.Certificates[0].Names = []string{"*." + zone}
	s.Secrets = append(s.Secrets, wildcard)
	return s
}

// A thousand routes of three kinds are as healthy as one.
func TestManyKinds(t *testing.T) {
	t.Parallel()
	e := rules.New(mixed(1000))
	targets := e.Targets()
	if len(targets) != 1000 {
		t.Fatalf("%d targets, want 1000", len(targets))
	}
	for _, target := range targets {
		if d := e.Explain(target); !d.Healthy {
			t.Fatalf("%s is not healthy: %+v", target.Host, d)
		}
	}
}

// BenchmarkExplain tells the routes that one core explains in a second, in a snapshot of 5,000: healthy ones,
// and ones that all fail. routes/cpu-s counts the seconds of the processor, garbage collection among them, so
// that a busy machine does not make it less.
func BenchmarkExplain(b *testing.B) {
	failing := many(5000)
	failing.Secrets = failing.Secrets[1:]
	for _, kind := range []struct {
		name string
		s    *facts.Snapshot
	}{{"healthy", many(5000)}, {"mixed", mixed(5000)}, {"no token", failing}} {
		b.Run(kind.name, func(b *testing.B) {
			e := rules.New(kind.s)
			targets := e.Targets()
			n, began := 0, processorTime(b)
			for b.Loop() {
				e.Explain(targets[n%len(targets)])
				n++
			}
			b.ReportMetric(float64(n)/(processorTime(b)-began).Seconds(), "routes/cpu-s")
		})
	}
}

func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkNew tells what indexing costs, once a snapshot.
func BenchmarkNew(b *testing.B) {
	s := many(5000)
	for b.Loop() {
		rules.New(s)
	}
}
