package verdict_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/verdict"
	"github.com/edgeproof/edgeproof/e2e/verdict/verdicttest"
)

func TestSamplesAreValid(t *testing.T) {
	t.Parallel()
	for name, v := range samples() {
		if err := v.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func samples() map[string]*verdict.Verdict {
	return map[string]*verdict.Verdict{
		"passing": verdicttest.Passing(), "failing": verdicttest.Failing(), "stopped": verdicttest.Stopped(),
		"upgraded": verdicttest.Upgraded(), "blocked": verdicttest.Blocked(), "recorded": verdicttest.Recorded(),
	}
}

func TestValidateNamesEveryInconsistency(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*verdict.Verdict)
		says   string
	}{
		{"foreign version", func(v *verdict.Verdict) { v.APIVersion = "edgeproof/v2" }, `apiVersion is "edgeproof/v2"`},
		{"foreign kind", func(v *verdict.Verdict) { v.Kind = "List" }, `kind is "List"`},
		{"no result", func(v *verdict.Verdict) { v.Result = "" }, `result "" is none of`},
		{
			"a part's result for the run", func(v *verdict.Verdict) { v.Result = verdict.Passed },
			`result "passed" is none of`,
		},
		{
			"a pass that is none", func(v *verdict.Verdict) { v.Specs.Filtered = 1 },
			`result is "pass", but the rest says "partial"`,
		},
		{"a fail without reasons", func(v *verdict.Verdict) { v.Result = verdict.Fail }, `result "fail" has no reason`},
		{"an error without error", func(v *verdict.Verdict) { v.Result = verdict.Errored }, "no error is given"},
		{"an error without words", func(v *verdict.Verdict) { v.Error = &verdict.Error{} }, "lacks its operation"},
		{
			"time runs backwards", func(v *verdict.Verdict) { v.Suite.Finished = v.Suite.Started.Add(-time.Second) },
			"finished before it started",
		},
		{"a criterion silently absent", func(v *verdict.Verdict) { v.Criteria = v.Criteria[1:] }, "DW-1 appears 0 times"},
		{
			"a criterion twice", func(v *verdict.Verdict) { v.Criteria = append(v.Criteria, v.Criteria[0]) },
			"DW-1 appears 2 times",
		},
		{"an unknown criterion", func(v *verdict.Verdict) { v.Criteria[0].ID = "ZZ-1" }, "ZZ-1 is not registered"},
		{
			"a criterion with a run's result", func(v *verdict.Verdict) { v.Criteria[0].Result = verdict.Pass },
			`criterion DW-1 has result "pass"`,
		},
		{
			"a skip without reason", func(v *verdict.Verdict) { v.Criteria[0].Result = verdict.Skipped },
			"criterion DW-1 is skipped without a reason",
		},
		{"negative seconds", func(v *verdict.Verdict) { v.Criteria[0].Seconds = -1 }, "criterion DW-1 is -1 seconds"},
		{"not a number", func(v *verdict.Verdict) { v.Budget.Ratio = math.NaN() }, "ratio is NaN"},
		{"counts that differ from the list", func(v *verdict.Verdict) { v.Specs.Passed-- }, "specs are counted"},
		{"more finished than planned", func(v *verdict.Verdict) { v.Specs.Planned = 3 }, fmt.Sprintf("%d specs finished of 3 planned", len(criteria.All()))},
		{"a nameless spec", func(v *verdict.Verdict) { v.Specs.List[0].Name = "" }, "a spec has no name"},
		{"a pass that never finished", func(v *verdict.Verdict) { v.Specs.List[0].Finished = false }, "but did not finish"},
		{
			"an orphan spec", func(v *verdict.Verdict) { v.Specs.List[0].Criteria = []criteria.ID{"QQ-7"} },
			"refers to criterion QQ-7",
		},
		{"a failed spec whose criterion passed", spec(result(verdict.Failed)), "but its criterion DW-1 did not"},
		{"two faults of one id", func(v *verdict.Verdict) { v.Faults = append(v.Faults, v.Faults[0]) }, "not unique"},
		{
			"an orphan fault", func(v *verdict.Verdict) { v.Faults[0].Criteria = []criteria.ID{"QQ-7"} },
			"fault token-secret-missing refers to",
		},
		{
			"a failed fault without reason", func(v *verdict.Verdict) { v.Faults[0].Result = verdict.Failed },
			"is failed without a reason",
		},
		{"a route without host", func(v *verdict.Verdict) { v.Routes[0].Host = "" }, "a route has no host"},
		{"a flaky spec that is called passed", func(v *verdict.Verdict) {
			v.Specs.List[0].History = []verdict.Attempt{{Result: verdict.Failed, Reason: "x"}, {Result: verdict.Passed}}
		}, "its attempts make it flaky"},
		{"an attempt too many", func(v *verdict.Verdict) {
			v.Specs.List[0].History = []verdict.Attempt{{Result: verdict.Passed}, {Result: verdict.Passed}}
		}, "was tried 1 times, and 2 attempts are listed"},
		{"an unknown direction", func(v *verdict.Verdict) { v.Upgrades[0].Direction = "sideways" }, `direction "sideways"`},
		{"an unknown probe", func(v *verdict.Verdict) { v.Upgrades[0].Probes[0].Kind = "icmp" }, `a probe of kind "icmp"`},
		{"an unknown time", func(v *verdict.Verdict) { v.Convergence.Times[0].To = "lunch" }, `time to "lunch"`},
		{
			"a baseline before its time", func(v *verdict.Verdict) { v.Convergence.Times[0].BaselineSeconds = -9 },
			"the baseline's time to route is -9 seconds",
		},
		{"two entries of one id", func(v *verdict.Verdict) { v.Timeline[1].ID = "phase-1" }, "not unique"},
		{
			"an entry out of order", func(v *verdict.Verdict) { v.Timeline[1].Time = v.Suite.Started.Add(-time.Hour) },
			"out of order",
		},
		{
			"a criterion that cites nothing", func(v *verdict.Verdict) { v.Criteria[0].Cites = []string{"event-99"} },
			`criterion DW-1 cites "event-99"`,
		},
		{
			"a fault that cites nothing", func(v *verdict.Verdict) { v.Faults[0].Cites = []string{"event-99"} },
			`cites "event-99"`,
		},
		{
			"an upgrade that cites nothing", func(v *verdict.Verdict) { v.Upgrades[0].Cites = []string{"event-99"} },
			`upgrade cites "event-99"`,
		},
		{"an entry that ends before it begins", func(v *verdict.Verdict) { v.Timeline[0].Until = v.Suite.Started.Add(-time.Hour) }, "ends before it begins"},
		{
			"an entry that happened less than never", func(v *verdict.Verdict) { v.Timeline[0].Count = -1 },
			"happened -1 times",
		},
		{"less than nothing left out", func(v *verdict.Verdict) { v.Omitted = -1 }, "-1 entries are omitted"},
		{"a finding that cites nothing", func(v *verdict.Verdict) {
			v.Findings = []verdict.Finding{{Layer: "dns", Code: "record-missing", Cites: []string{"event-99"}}}
		}, `finding dns/record-missing cites "event-99"`},
		{"a phase without name", func(v *verdict.Verdict) { v.Phases[0].Name = "" }, "a phase has no name"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			v := verdicttest.Upgraded()
			tc.change(v)
			err := v.Validate()
			if err == nil || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("Validate = %v, want it to say %q", err, tc.says)
			}
		})
	}
}

func TestValidateReturnsAll(t *testing.T) {
	t.Parallel()
	v := verdicttest.Passing()
	v.Kind, v.Phases[0].Name, v.Criteria = "", "", v.Criteria[1:]
	err := v.Validate()
	for _, want := range []string{"kind", "phase", "DW-1"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Validate = %v, want it to name %s too", err, want)
		}
	}
}

func TestBudget(t *testing.T) {
	t.Parallel()
	b := verdict.NewBudget(112*time.Second+345678*time.Microsecond, 95*time.Second)
	if b.WallSeconds != 112.346 || b.FixedDelaySeconds != 95 || b.Ratio != 1.183 || !b.WithinGoal() {
		t.Errorf("budget = %+v", b)
	}
	if b := verdict.NewBudget(126*time.Second, 100*time.Second); b.WithinGoal() {
		t.Errorf("%+v is within the goal", b)
	}
	if b := verdict.NewBudget(time.Second, 0); b.Ratio != 0 || b.WithinGoal() {
		t.Errorf("budget without fixed delays = %+v", b)
	}
}
