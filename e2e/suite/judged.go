package suite

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"

	"github.com/edgeproof/edgeproof/e2e/await"
	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/evidence"
	"github.com/edgeproof/edgeproof/e2e/faultrun"
	"github.com/edgeproof/edgeproof/e2e/judge"
	"github.com/edgeproof/edgeproof/e2e/report"
)

// spec declares that a criterion is met, within its budget.
func (e *edge) spec(id criteria.ID) {
	c, _ := criteria.Lookup(id)
	It(string(id)+" "+c.Text, Label(string(id)), func(ctx SpecContext) {
		e.expectMet(ctx, id, e.Target, e.remaining(e.budgetOf(id)))
	})
}

// expectMet waits until the criterion is met, hands its evidence to the verdict, and fails with its reasons.
func (e *edge) expectMet(ctx context.Context, id criteria.ID, target judge.Target, budget await.Budget) {
	GinkgoHelper()
	var last judge.Judgement
	_, err := await.Until(ctx, budget, string(id), func(ctx context.Context) await.Answer {
		last = e.Judge(ctx, id, target)
		return last.Answer()
	})
	if err != nil {
		if objects := evidence.Objects(last.Reasons); len(objects) > 0 {
			AddReportEntry(report.EntryObject, objects, ReportEntryVisibilityNever)
		}
		if len(last.Reasons) == 0 {
			Fail(err.Error())
		}
		Fail(last.String())
	}
	if len(last.Evidence) > 0 {
		AddReportEntry(report.EntryEvidence, last.Evidence, ReportEntryVisibilityNever)
	}
}

// budgetOf is how long a criterion may take to be met on a bundle that was just installed.
func (e *edge) budgetOf(id criteria.ID) await.Budget {
	switch id {
	case "WF-6", "WF-7", "DW-4", "GR-1", "VC-4", "VC-5":
		return e.Budgets.CertificateIssued
	case "DW-1", "BL-2", "VC-3":
		return e.Budgets.RecordWritten
	case "DW-2", "WF-4", "VC-2":
		return e.Budgets.IssuerReady
	}
	return e.Budgets.FaultVisible
}

// remaining is what is left of a budget since the specs began: specs that wait for the same thing wait for it once.
func (e *edge) remaining(b await.Budget) await.Budget {
	b.Timeout = max(b.Timeout-time.Since(e.start), faultrun.LastLook)
	b.FixedDelay = 0
	return b
}
