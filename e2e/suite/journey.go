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

// What the journey's last two criteria are: the route works, and what fails is explained. Their specs report
// more than the rest.
const (
	works     criteria.ID = "DW-4"
	explained criteria.ID = "DW-5"
)

// journey is "done when": what must hold before somebody may call the bundle done.
func (e *edge) journey() {
	after := map[criteria.ID]func(SpecContext){
		works:     e.afterJourney,
		explained: func(ctx SpecContext) { e.recordFindings(ctx) },
	}
	for _, c := range criteria.Of(criteria.DoneWhen) {
		e.spec(c, func() {
			if f := after[c.ID]; f != nil {
				DeferCleanup(f)
			}
		})
	}
}

// afterJourney notes whether the edge works, and reports its routes and times.
func (e *edge) afterJourney(ctx SpecContext) {
	e.recordRoutes(ctx)
	e.unsound = CurrentSpecReport().Failed()
	e.sound = !e.unsound
	if e.unsound {
		e.recordFindings(ctx)
	}
	e.recordTimes(ctx)
}

// recordRoutes hands what the external client sees of each host to the verdict, whether the spec passed or not.
func (e *edge) recordRoutes(ctx context.Context) {
	s := facts.Collect(ctx, e.Sources, judge.Scope(e.Target, "DW-4"))
	for _, route := range evidence.Routes(s, e.Target) {
		AddReportEntry(report.EntryRoute, route, ReportEntryVisibilityNever)
	}
}
