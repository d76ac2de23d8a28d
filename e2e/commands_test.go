package e2e_test

import (
	"context"
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"

	"github.com/edgeproof/edgeproof/e2e/await"
	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/evidence"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
	"github.com/edgeproof/edgeproof/e2e/report"
)

// commands are run as a human would, with the real kubectl, and their output is read.
func (e *edge) commands() {
	for _, id := range []criteria.ID{"VC-1", "VC-2", "VC-3", "VC-4", "VC-5"} {
		c, _ := criteria.Lookup(id)
		It(string(id)+" "+c.Text, Label(string(id)), func(ctx SpecContext) {
			var (
				command = judge.SpecifiedCommand(id, e.target)
				out     string
				failed  error
				read    judge.Judgement
			)
			_, err := await.Until(ctx, e.remaining(e.budgetOf(id)), command, func(ctx context.Context) await.Answer {
				out, failed = e.kubectl(ctx, command)
				if ctx.Err() != nil {
					failed = nil // it was ended with the budget, and did not fail by itself
					return await.Wait("the command did not end in time")
				}
				if failed != nil {
					return await.Fail("%v", failed) // the command itself: time does not cure that
				}
				read = judge.Read(id, out, e.target, e.externalDNS)
				return read.Answer()
			})
			AddReportEntry(report.EntryEvidence, append([]string{"$ " + command}, read.Evidence...), ReportEntryVisibilityNever)
			switch {
			case failed != nil:
				Fail(judge.Impossible(id, command, failed, facts.Collect(ctx, e.sources, judge.Scope(e.target)), e.target))
			case err != nil:
				AddReportEntry(report.EntryObject, evidence.Objects(read.Reasons), ReportEntryVisibilityNever)
				Fail(fmt.Sprintf("$ %s\n%s\n%s", command, out, read))
			}
		})
	}
}

// kubectl runs a command on the node, where the real one is.
func (e *edge) kubectl(ctx context.Context, command string) (string, error) {
	args := append([]string{"--kubeconfig=/etc/kubernetes/admin.conf"}, strings.Fields(command)[1:]...)
	out, err := e.stage.Exec(ctx, "kubectl", args...)
	return string(out), err
}

// kubectls runs several commands in one entry into the node, which costs more than a command does. Each has its own output and error.
func (e *edge) kubectls(ctx context.Context, commands ...string) ([]string, []error) {
	const end = "\x00" // no kubectl prints it
	script := "export KUBECONFIG=/etc/kubernetes/admin.conf\n"
	for _, command := range commands {
		script += command + ` 2>&1; printf '\0%d\0' $?` + "\n"
	}
	out, err := e.stage.Exec(ctx, "bash", "-c", script)
	printed, errs := make([]string, len(commands)), make([]error, len(commands))
	parts := strings.Split(string(out), end)
	for n, command := range commands {
		switch {
		case err != nil:
			errs[n] = err
		case len(parts) != 2*len(commands)+1:
			errs[n] = fmt.Errorf("%s: the node's shell ended early: %q", command, out)
		default:
			printed[n] = parts[2*n]
			if status := parts[2*n+1]; status != "0" {
				errs[n] = fmt.Errorf("%s: exit status %s: %s", command, status, strings.TrimSpace(printed[n]))
			}
		}
	}
	return printed, errs
}
