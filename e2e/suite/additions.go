package suite

import (
	"context"

	. "github.com/onsi/ginkgo/v2"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/evidence"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/report"
)

// additions are what specs add to the verdict, whether they passed or not.
func (e *edge) additions() map[criteria.Addition]func(SpecContext) {
	return map[criteria.Addition]func(SpecContext){
		criteria.Routes:   e.recordWorks,
		criteria.Findings: func(ctx SpecContext) { e.recordFindings(ctx) },
	}
}

// recordWorks notes whether the edge works, and reports its routes and times.
func (e *edge) recordWorks(ctx SpecContext) {
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
	s := facts.Collect(ctx, e.Sources, criteria.Scope(e.Target, criteria.Works))
	for _, route := range evidence.Routes(s, e.Target) {
		AddReportEntry(report.EntryRoute, route, ReportEntryVisibilityNever)
	}
}
