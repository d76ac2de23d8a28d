package report_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/e2e/report"
	"github.com/edgeproof/edgeproof/e2e/verdict/verdicttest"
)

// TestALongCatalogueIsFolded reads the page of a run with every fault of the catalogue: what passed is folded
// away, what did not is not.
func TestALongCatalogueIsFolded(t *testing.T) {
	t.Parallel()
	v := verdicttest.Recorded()
	for n := range 120 {
		f := v.Faults[1]
		f.ID = fmt.Sprint("fault-", n)
		f.Cites = v.Faults[n%7].Cites
		v.Faults = append(v.Faults, f)
	}
	page := string(render(t, report.HTML, v))
	for _, want := range []string{
		"<summary>126 faults that passed</summary>",
		"<summary>each of the 127 faults</summary>", " that passed</summary>\n<details class=\"cited-view\"",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not fold %q", want)
		}
	}
	failed, folded := strings.Index(page, "<strong>no-tls-block</strong>"), strings.Index(page, "126 faults that passed")
	if failed < 0 || failed > folded {
		t.Errorf("the fault that did not pass stands at %d, the others at %d", failed, folded)
	}
	if len(page) > 2<<20 {
		t.Errorf("the page has %d bytes", len(page))
	}
}

func TestLostProbesWithinTheBudgetAreNoAlarm(t *testing.T) {
	t.Parallel()
	for class, page := range map[string]string{
		`<div class="">`:    string(render(t, report.HTML, verdicttest.Upgraded())),
		`<div class="bad">`: string(render(t, report.HTML, verdicttest.Recorded())),
	} {
		if want := class + "<dt>probes lost in the upgrade and the rollback</dt>"; !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
}
