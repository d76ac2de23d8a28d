package criteria_test

import (
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

// TestAHostOfNoZone: no record is made for it, so nothing is waited for.
func TestAHostOfNoZone(t *testing.T) {
	t.Parallel()
	for _, id := range []criteria.ID{"DW-4", "WF-6", "WF-7", "BL-2"} {
		s, target := healthy(), reference()
		target.Routes[0].Hosts = []string{"backend.develop.local"}
		s.Probes["backend.develop.local"] = facts.Probe{HTTPS: &probe.Report{
			Request: probe.Request{URL: "https://backend.develop.local/"}, Failed: probe.StepResolve,
			Class: probe.ClassNXDomain,
		}}
		j := judged(id, s, target)
		if !j.Final || !j.Settled() || !strings.Contains(j.String(), "zone that external-dns syncs (safeops.work)") {
			t.Errorf("%s: %s", id, j)
		}
	}
}

// behindProxy has Cloudflare's proxy before the host, in order.
func behindProxy(change func(s *facts.Snapshot, record *facts.Record)) func(*facts.Snapshot) {
	return func(s *facts.Snapshot) {
		record := &s.Zones[0].Records[0]
		record.Proxied = true
		at := facts.Answer{Rcode: "NOERROR", Addresses: []string{"104.21.3.4", "172.67.3.4"}, TTL: 300}
		s.DNS[host] = facts.Answers{Authority: at, Resolver: at}
		shown := s.Probes[host].HTTPS.TLS
		shown.LeadsTo, shown.TrustedBy, shown.Chain[0].SANs = "web", "web", []string{"safeops.work", "*.safeops.work"}
		if change != nil {
			change(s, record)
		}
	}
}

// TestARouteBehindTheProxy: it is judged as a browser meets it, and at the origin as the proxy meets it.
func TestARouteBehindTheProxy(t *testing.T) {
	t.Parallel()
	s := healthy()
	behindProxy(nil)(s)
	for _, id := range []string{"DW-4", "WF-6", "WF-7"} {
		if j := judged(criteria.ID(id), s, reference()); !j.Met {
			t.Errorf("%s: %s", id, j)
		}
	}
	evidence := strings.Join(judged("DW-4", s, reference()).Evidence, "\n")
	for _, want := range []string{
		"Cloudflare's proxy at 104.21.3.4, 172.67.3.4 by the public DNS, HTTPS 200 with a certificate of the web root",
		"at the origin, 203.0.113.10: HTTPS 200 with a certificate of the production root",
	} {
		if !strings.Contains(evidence, want) {
			t.Errorf("evidence\n%s\nwants %q", evidence, want)
		}
	}
	run(t, []fault{
		{"another origin", "DW-4", behindProxy(func(_ *facts.Snapshot, record *facts.Record) {
			record.Content = "203.0.113.99"
		}), false, "its proxied record leads to 203.0.113.99, the ingress controller is at 203.0.113.10"},
		{"a tunnel", "DW-4", behindProxy(func(_ *facts.Snapshot, record *facts.Record) {
			record.Type, record.Content = "CNAME", "5c1e.cfargotunnel.com"
		}), true, "leads to the tunnel 5c1e.cfargotunnel.com"},
		{"an error of the proxy", "DW-4", behindProxy(func(s *facts.Snapshot, _ *facts.Record) {
			s.Probes[host].HTTPS.HTTP.Status, s.Probes[host].HTTPS.HTTP.Body = 526, "error code: 526"
		}), false, "https://develop.safeops.work: answers 526, not 200: error code: 526"},
		{"a staging certificate at the origin", "DW-4", behindProxy(func(s *facts.Snapshot, _ *facts.Record) {
			shown := s.Probes[host].RawIP.TLS
			shown.Verified, shown.LeadsTo = false, "staging"
		}), false, "develop.safeops.work at the origin: the certificate leads to the staging root, not to production"},
		{"no origin", "DW-4", behindProxy(func(s *facts.Snapshot, _ *facts.Record) {
			*s.Probes[host].RawIP = probe.Report{Failed: probe.StepConnect, Class: probe.ClassRefused, Error: "refused"}
		}), false, "https://develop.safeops.work at the origin: connect failed, refused"},
	})
}

// TestTheRouteOfTheCommands: it is the specification's own, and never one that is no part of DNS where another is.
func TestTheRouteOfTheCommands(t *testing.T) {
	t.Parallel()
	route := func(name string, hosts ...string) judge.Route {
		return judge.Route{Source: edge.Source{Kind: "Ingress", Namespace: "develop", Name: name}, Hosts: hosts}
	}
	local, web, own := route("backend", "backend.local"), route("web", "web.safeops.work"), route("frontend", host)
	for name, c := range map[string]struct {
		routes []judge.Route
		want   string
	}{
		"the specification's": {[]judge.Route{local, web, own}, "frontend"},
		"one with a record":   {[]judge.Route{local, web}, "web"},
		"the only one":        {[]judge.Route{local}, "backend"},
	} {
		target := reference()
		target.Routes = c.routes
		for _, criterion := range criteria.All() {
			if criterion.ID != "VC-4" {
				continue
			}
			if got := criterion.Command.Line(target); got != "kubectl -n develop describe ingress "+c.want {
				t.Errorf("%s: %s", name, got)
			}
		}
	}
}
