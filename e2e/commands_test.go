package e2e_test

import (
	"context"
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"

	"github.com/edgeproof/edgeproof/e2e/await"
	"github.com/edgeproof/edgeproof/e2e/criteria"
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
				command = commandFor(id, e.target)
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
				read = e.read(id, out)
				return read.Answer()
			})
			AddReportEntry(report.EntryEvidence, append([]string{"$ " + command}, read.Evidence...), ReportEntryVisibilityNever)
			switch {
			case failed != nil:
				Fail(e.impossible(ctx, id, command, failed))
			case err != nil:
				AddReportEntry(report.EntryObject, objectsIn(read.Reasons), ReportEntryVisibilityNever)
				Fail(fmt.Sprintf("$ %s\n%s\n%s", command, out, read))
			}
		})
	}
}

// commandFor is the specification's command. VC-4 and VC-5 ask for the reference bundle's application; with another
// target, for that one's first route.
func commandFor(id criteria.ID, target judge.Target) string {
	c, _ := criteria.Lookup(id)
	command := strings.Trim(c.Text, "`")
	first := target.Routes[0].Ingress
	switch id {
	case "VC-4", "VC-5":
		command = strings.Replace(command, "-n develop", "-n "+first.Namespace, 1)
		command = strings.Replace(command, "ingress frontend", "ingress "+first.Name, 1)
	}
	return command
}

// impossible says that the bundle makes the command impossible, and which one would work.
func (e *edge) impossible(ctx context.Context, id criteria.ID, command string, err error) string {
	working, found := judge.Command(id, facts.Collect(ctx, e.sources, judge.Scope(e.target)), e.target)
	if !found {
		return fmt.Sprintf("`%s` does not work on this bundle: %v; what it asks for is not there", command, err)
	}
	return fmt.Sprintf("`%s` does not work on this bundle: %v; this does: `%s`", command, err, working)
}

func (e *edge) kubectl(ctx context.Context, command string) (string, error) {
	args := append([]string{"--kubeconfig=/etc/kubernetes/admin.conf"}, strings.Fields(command)[1:]...)
	out, err := e.stage.Exec(ctx, "kubectl", args...)
	return string(out), err
}

func (e *edge) read(id criteria.ID, out string) judge.Judgement {
	switch id {
	case "VC-1":
		return judge.ReadPods(out, "cert-manager", e.externalDNS)
	case "VC-2":
		return judge.ReadClusterIssuers(out, e.target.Production.Name, e.target.Staging.Name)
	case "VC-3":
		return judge.ReadExternalDNSLogs(out)
	case "VC-4":
		return judge.ReadDescribeIngress(out)
	default:
		return judge.ReadCertificateSecret(out)
	}
}
