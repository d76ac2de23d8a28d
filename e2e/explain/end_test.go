package explain

import (
	"testing"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/report"
)

func TestEnd(t *testing.T) {
	t.Parallel()
	route := func(s diagnose.State) []diagnose.Diagnosis {
		return []diagnose.Diagnosis{{
			Healthy: s == diagnose.Clear,
			Chain:   []diagnose.Link{{State: diagnose.Clear}, {State: s}},
		}}
	}
	for state, want := range map[diagnose.State]int{
		diagnose.Clear: Healthy, diagnose.Broken: Faulty, diagnose.Waiting: Faulty, diagnose.Blocked: Faulty,
		diagnose.Unknown: Blind,
	} {
		routes := route(state)
		if got := end(&report.Explanation{Healthy: routes[0].Healthy, Routes: routes}); got != want {
			t.Errorf("%s: %d, want %d", state, got, want)
		}
	}
}
