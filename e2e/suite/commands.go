package suite

import (
	"context"
	"fmt"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"

	"github.com/edgeproof/edgeproof/e2e/await"
	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
	"github.com/edgeproof/edgeproof/e2e/report"
)

// expectPrinted runs the criterion's command as a person would, with the real kubectl, until its output meets the
// criterion.
func (e *edge) expectPrinted(ctx context.Context, c criteria.Criterion) {
	GinkgoHelper()
	var (
		command = c.Command.Line(e.Target)
		printed string
		failed  error
		read    judge.Judgement
	)
	run := func(ctx context.Context) await.Answer {
		printed, failed = e.Kubectl(ctx, command)
		if ctx.Err() != nil {
			failed = nil // it was ended with the budget, and did not fail by itself
			return await.Wait("the command did not end in time")
		}
		if failed != nil {
			return await.Fail("%v", failed) // the command itself: time does not change that
		}
		read = criteria.Judge(c.ID, criteria.View{Printed: printed, Target: e.Target, ExternalDNS: e.ExternalDNS})
		return read.Answer()
	}
	_, err := await.Until(ctx, e.remaining(e.budgetOf(c)), command, run)
	var found []string
	if failed != nil {
		s := facts.Collect(ctx, e.Sources, criteria.Scope(e.Target))
		found = append(found, c.Command.Impossible(failed, s, e.Target))
		if working := c.Command.Works(s, e.Target); working != "" && working != command {
			command = working // that the other one is impossible is a finding, and this one says how the bundle is
			_, err = await.Until(ctx, e.remaining(e.budgetOf(c)), command, run)
		}
	}
	AddReportEntry(report.EntryEvidence, slices.Concat(found, []string{"$ " + command}, read.Evidence),
		ReportEntryVisibilityNever)
	switch {
	case failed != nil:
		Fail(strings.Join(found, "\n"))
	case err != nil:
		blame(read.Reasons)
		Fail(fmt.Sprintf("$ %s\n%s\n%s", command, printed, read))
	}
}
