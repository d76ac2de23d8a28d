package suite

import (
	"context"
	"strings"
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
func (e *edge) spec(c criteria.Criterion) {
	It(string(c.ID)+" "+c.Text, Label(string(c.ID)), func(ctx SpecContext) {
		if add := e.additions()[c.Adds]; add != nil {
			DeferCleanup(add)
		}
		e.needsEngine(ctx, c)
		if c.Installed && e.Testbed.Stuck != "" {
			Fail("the bundle did not become ready: " + e.Testbed.Stuck)
		}
		if c.Command != nil {
			e.expectPrinted(ctx, c)
			return
		}
		e.expectMet(ctx, c.ID, e.Target, e.remaining(e.budgetOf(c)))
	})
}

// expectMet waits until the criterion is met, hands its evidence to the verdict, and fails with its reasons.
func (e *edge) expectMet(ctx context.Context, id criteria.ID, target judge.Target, budget await.Budget) {
	GinkgoHelper()
	var last judge.Judgement
	_, err := await.Until(ctx, budget, string(id), func(ctx context.Context) await.Answer {
		last = e.Judge(ctx, id, target)
		if answer := last.Answer(); last.Settled() || !last.Final {
			return answer
		}
		// One route is lost; what is said of the others must not be what was merely not there yet.
		return await.Wait("%s", strings.Join(last.Reasons, "; "))
	})
	if err != nil {
		blame(last.Reasons)
		if len(last.Reasons) == 0 {
			Fail(err.Error())
		}
		Fail(last.String())
	}
	if len(last.Evidence) > 0 {
		AddReportEntry(report.EntryEvidence, last.Evidence, ReportEntryVisibilityNever)
	}
}

// blame hands the objects that stand in the way to the verdict, where there are any.
func blame(reasons []string) {
	GinkgoHelper()
	if objects := evidence.Objects(reasons); len(objects) > 0 {
		AddReportEntry(report.EntryObject, objects, ReportEntryVisibilityNever)
	}
}

// budgetOf is how long a criterion may take to be met on a bundle that was just installed.
func (e *edge) budgetOf(c criteria.Criterion) await.Budget {
	switch c.Waits {
	case criteria.ForCertificate:
		return e.Budgets.CertificateIssued
	case criteria.ForRecords:
		return e.Budgets.RecordWritten
	case criteria.ForIssuers:
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
