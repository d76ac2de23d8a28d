package verdict_test

import (
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/verdict"
	"github.com/edgeproof/edgeproof/e2e/verdict/verdicttest"
)

// Without an engine delivery is unsupported, says why, and keeps nothing from a pass; with one it must be proved.
func TestDeliveryIsJudgedWhereAnEngineDelivers(t *testing.T) {
	t.Parallel()
	for engine, want := range map[string]verdict.Result{verdict.Rendered: verdict.Pass, "flux": verdict.Partial} {
		v := verdicttest.Passing()
		v.Delivery = &verdict.Delivery{Engine: engine}
		var list []verdict.Spec
		for _, s := range v.Specs.List {
			if len(s.Criteria) == 0 || s.Criteria[0].Family() != criteria.Delivery {
				list = append(list, s)
			}
		}
		v.Specs = verdict.Tally(len(list), 0, list)
		v.JudgeCriteria()
		v.Conclude()
		if v.Result != want {
			t.Errorf("%s: %s, want %s: %v", engine, v.Result, want, v.Reasons)
		}
		last := v.Criteria[len(v.Criteria)-1]
		unsupported := last.Result == verdict.Unsupported && strings.Contains(last.Reason, "ENGINE=flux")
		if last.ID != criteria.Promotes || unsupported != (engine == verdict.Rendered) {
			t.Errorf("%s: %+v", engine, last)
		}
		if passed, judged := v.Counted(); (passed == judged) != (want == verdict.Pass) {
			t.Errorf("%s: %d of %d", engine, passed, judged)
		}
	}
}
