package rules_test

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/edgeproof/edgeproof/e2e/diagnose/rules"
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
		a.Name, txt.Name, txt.Content = h, "a-"+h, fmt.Sprintf(`"heritage=external-dns,external-dns/owner=sre-cluster,external-dns/resource=ingress/%s/frontend"`, ns)
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

// BenchmarkExplain tells the routes that one core explains in a second, in a snapshot of 5,000: healthy ones,
// and ones that all fail. routes/cpu-s counts the seconds of the processor, garbage collection among them, so
// that a busy machine does not make it less.
func BenchmarkExplain(b *testing.B) {
	failing := many(5000)
	failing.Secrets = failing.Secrets[1:]
	for _, kind := range []struct {
		name string
		s    *facts.Snapshot
	}{{"healthy", many(5000)}, {"no token", failing}} {
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
