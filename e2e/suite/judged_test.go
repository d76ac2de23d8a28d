package suite

import (
	"testing"

	"github.com/edgeproof/edgeproof/e2e/await"
	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/faultrun"
)

// An unknown wait, trace or addition would silently have no effect.
func TestWhatCriteriaNameIsKnown(t *testing.T) {
	t.Parallel()
	e := &edge{Runner: &faultrun.Runner{Budgets: await.Default()}}
	atOnce := e.budgetOf(criteria.Criterion{})
	for _, c := range criteria.All() {
		if got := e.budgetOf(c); (got.Name != atOnce.Name) != (c.Waits != "") {
			t.Errorf("%s waits for %q, and has the budget %q", c.ID, c.Waits, got.Name)
		}
		if q, shown := e.rests(c); shown != (c.Shown != "") || shown && len(q.Sources) == 0 {
			t.Errorf("%s is shown by %q, which gives %+v", c.ID, c.Shown, q)
		}
		if add := e.additions()[c.Adds]; (add != nil) != (c.Adds != "") {
			t.Errorf("%s adds %q, which is unknown", c.ID, c.Adds)
		}
	}
}
