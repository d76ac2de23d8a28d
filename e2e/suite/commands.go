package suite

import (
	"context"
	"fmt"

	. "github.com/onsi/ginkgo/v2"

	"github.com/edgeproof/edgeproof/e2e/await"
	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
	"github.com/edgeproof/edgeproof/e2e/report"
)

// commands are run as a human would, with the real kubectl, and their output is read.
func (e *edge) commands() {
	for _, c := range criteria.Of(criteria.VerificationCommand) {
		id := c.ID
		It(string(id)+" "+c.Text, Label(string(id)), func(ctx SpecContext) {
			var (
				command = judge.SpecifiedCommand(id, e.Target)
				out     string
				failed  error
				read    judge.Judgement
			)
			_, err := await.Until(ctx, e.remaining(e.budgetOf(c)), command, func(ctx context.Context) await.Answer {
				out, failed = e.Kubectl(ctx, command)
				if ctx.Err() != nil {
					failed = nil // it was ended with the budget, and did not fail by itself
					return await.Wait("the command did not end in time")
				}
				if failed != nil {
					return await.Fail("%v", failed) // the command itself: time does not change that
				}
				read = judge.Read(id, out, e.Target, e.ExternalDNS)
				return read.Answer()
			})
			AddReportEntry(report.EntryEvidence, append([]string{"$ " + command}, read.Evidence...), ReportEntryVisibilityNever)
			switch {
			case failed != nil:
				Fail(judge.Impossible(id, command, failed, facts.Collect(ctx, e.Sources, judge.Scope(e.Target)), e.Target))
			case err != nil:
				blame(read.Reasons)
				Fail(fmt.Sprintf("$ %s\n%s\n%s", command, out, read))
			}
		})
	}
}
