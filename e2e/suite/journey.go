package suite

import (
	"context"

	. "github.com/onsi/ginkgo/v2"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/evidence"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
	"github.com/edgeproof/edgeproof/e2e/report"
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
			e.unsound = CurrentSpecReport().Failed()
			e.sound = !e.unsound
			if e.unsound {
				e.recordFindings(ctx)
			}
			e.recordTimes(ctx)
		})
		e.expectMet(ctx, "DW-4", e.Target, e.remaining(e.budgetOf("DW-4")))
	})
	five, _ := criteria.Lookup("DW-5") // after the others: what they found must be explained
	It("DW-5 "+five.Text, Label("DW-5"), func(ctx SpecContext) {
		DeferCleanup(func(ctx SpecContext) { e.recordFindings(ctx) })
		e.expectMet(ctx, "DW-5", e.Target, e.remaining(e.budgetOf("DW-5")))
	})
}

// recordRoutes hands what the external client sees of each host to the verdict, whether the spec passed or not.
func (e *edge) recordRoutes(ctx context.Context) {
	s := facts.Collect(ctx, e.Sources, judge.Scope(e.Target, "DW-4"))
	for _, route := range evidence.Routes(s, e.Target) {
		AddReportEntry(report.EntryRoute, route, ReportEntryVisibilityNever)
	}
}
