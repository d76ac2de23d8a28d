package e2e_test

import (
	"context"

	. "github.com/onsi/ginkgo/v2"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
	"github.com/edgeproof/edgeproof/e2e/report"
	"github.com/edgeproof/edgeproof/e2e/verdict"
	"github.com/edgeproof/edgeproof/mocks/outside"
)

// journey is "done when": what must hold before somebody may call the bundle done.
func (e *edge) journey() {
	for _, id := range []criteria.ID{"DW-1", "DW-2", "DW-3"} {
		e.spec(id)
	}
	c, _ := criteria.Lookup("DW-4")
	It("DW-4 "+c.Text, Label("DW-4"), func(ctx SpecContext) {
		DeferCleanup(func(ctx SpecContext) {
			e.recordRoutes(ctx)
			if CurrentSpecReport().Failed() {
				e.recordFindings(ctx)
			}
			e.recordTimes(ctx)
		})
		e.expectMet(ctx, "DW-4", e.target, e.remaining(e.budgetOf("DW-4")))
	})
	five, _ := criteria.Lookup("DW-5") // after the others: what they found must be explained
	It("DW-5 "+five.Text, Label("DW-5"), func(ctx SpecContext) {
		DeferCleanup(func(ctx SpecContext) { e.recordFindings(ctx) })
		e.expectMet(ctx, "DW-5", e.target, e.remaining(e.budgetOf("DW-5")))
	})
}

// recordRoutes hands what the outside client sees of each host to the verdict, whether the spec passed or not.
func (e *edge) recordRoutes(ctx context.Context) {
	s := facts.Collect(ctx, e.sources, judge.Scope(e.target, "DW-4"))
	for _, route := range e.target.Routes {
		for _, host := range route.Hosts {
			target := e.target
			target.Routes = []judge.Route{{Ingress: route.Ingress, Hosts: []string{host}}}
			AddReportEntry(report.EntryRoute, routeSeen(s, target, host), ReportEntryVisibilityNever)
		}
	}
}

func routeSeen(s *facts.Snapshot, target judge.Target, host string) verdict.Route {
	seen := verdict.Route{Host: host, Result: verdict.Passed, Addresses: []string{}, Target: s.AddressOf(target.Controller)}
	if j := judge.Judge("DW-4", s, target); !j.Met {
		seen.Result, seen.Reason = verdict.Failed, j.String()
	}
	probe := s.Probes[host]
	if probe.HTTPS != nil && probe.HTTPS.Resolve != nil {
		for _, record := range probe.HTTPS.Resolve.Records {
			seen.Addresses = append(seen.Addresses, record.Address)
		}
	}
	seen.HTTPSStatus, seen.HTTPStatus, seen.RawStatus = status(probe.HTTPS), status(probe.HTTP), status(probe.RawIP)
	if probe.HTTPS != nil && probe.HTTPS.TLS != nil && len(probe.HTTPS.TLS.Chain) > 0 {
		leaf := probe.HTTPS.TLS.Chain[0]
		seen.Certificate = &verdict.Certificate{
			Issuer: leaf.Issuer, Names: leaf.SANs, NotAfter: leaf.NotAfter, Trusted: probe.HTTPS.TLS.Verified, Fingerprint: leaf.SHA256,
		}
	}
	return seen
}

func status(r *outside.Report) int {
	if r == nil || r.HTTP == nil {
		return 0
	}
	return r.HTTP.Status
}
