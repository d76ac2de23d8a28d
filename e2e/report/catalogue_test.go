package report_test

import (
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/e2e/report"
	"github.com/edgeproof/edgeproof/e2e/verdict/verdicttest"
)

// TestTheTablesOfTheFaults reads the sums that stand under the tables of a run in which one fault was taken for
// another.
func TestTheTablesOfTheFaults(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"summary.md", "report.html"} {
		got := string(render(t, writers()[file], verdicttest.Failing()))
		for _, want := range []string{
			"token-secret-missing: shared-credential/token-secret-missing → dns/record-missing",
			"kubectl get certificates -A: no alarm in 1 of 1 faults",
			"kubectl get pods: no alarm in 0 of 1 faults",
		} {
			if !strings.Contains(got, want) {
				t.Errorf("%s does not say %q", file, want)
			}
		}
	}
	stopped := string(render(t, report.Markdown, verdicttest.Stopped()))
	if strings.Contains(stopped, "usual checks") {
		t.Error("tables of faults in a run without any")
	}
}
