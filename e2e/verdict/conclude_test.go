package verdict_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/verdict"
	"github.com/edgeproof/edgeproof/e2e/verdict/verdicttest"
)

// spec changes the first spec of v and counts again.
func spec(change func(*verdict.Spec)) func(*verdict.Verdict) {
	return func(v *verdict.Verdict) {
		change(&v.Specs.List[0])
		v.Specs = verdict.Tally(v.Specs.Planned, v.Specs.Filtered, v.Specs.List)
	}
}

func result(r verdict.Result) func(*verdict.Spec) {
	return func(s *verdict.Spec) { s.Result, s.Reason = r, "because" }
}

func TestConclude(t *testing.T) {
	t.Parallel()
	all := len(criteria.All())
	tests := []struct {
		name   string
		change func(*verdict.Verdict)
		want   verdict.Result
		code   int
		says   string
	}{
		{"everything passed", func(*verdict.Verdict) {}, verdict.Pass, 0, ""},

		{"a spec failed", spec(result(verdict.Failed)), verdict.Fail, 1, of(1) + " planned specs failed"},
		{
			"a criterion failed", func(v *verdict.Verdict) { v.Criteria[3].Result = verdict.Failed }, verdict.Fail, 1,
			"1 criterion failed: DW-4",
		},
		{
			"a fault failed", func(v *verdict.Verdict) { v.Faults[0].Result = verdict.Failed }, verdict.Fail, 1,
			"1 fault not handled as expected: token-secret-missing",
		},
		{
			"a route failed", func(v *verdict.Verdict) { v.Routes[0].Result = verdict.Failed }, verdict.Fail, 1,
			"develop.safeops.work",
		},
		{"a failure stands when the run was cut short", func(v *verdict.Verdict) {
			v.Criteria[0].Result = verdict.Failed
			v.Specs.Finished--
		}, verdict.Fail, 1, of(all-1) + " planned specs finished"},
		{"a failure stands beside an error", func(v *verdict.Verdict) {
			v.Criteria[0].Result = verdict.Failed
			v.SetError("clean up", errors.New("no answer"), "")
		}, verdict.Fail, 1, "clean up: no answer"},
		{"a failure outweighs a skip", func(v *verdict.Verdict) {
			v.Criteria[0].Result = verdict.Failed
			v.Criteria[1].Result = verdict.Skipped
		}, verdict.Fail, 1, "1 criterion skipped: DW-2"},

		{
			"nothing planned", func(v *verdict.Verdict) { v.Specs = verdict.Tally(0, 0, nil) }, verdict.Errored, 2,
			"no spec was planned",
		},
		{
			"nothing planned, all filtered", func(v *verdict.Verdict) { v.Specs = verdict.Tally(0, 25, nil) }, verdict.Errored,
			2, "no spec was planned",
		},
		{
			"one spec did not finish", func(v *verdict.Verdict) { v.Specs.Finished-- }, verdict.Errored, 2,
			of(all-1) + " planned specs finished",
		},
		{
			"more finished than planned", func(v *verdict.Verdict) { v.Specs.Finished++ }, verdict.Errored, 2,
			of(all+1) + " planned specs finished",
		},
		{"the suite could not run", func(v *verdict.Verdict) {
			v.SetError("create the cluster", errors.New("no engine"),
				"install podman")
		}, verdict.Errored, 2, "create the cluster: no engine"},
		{"an error outweighs a skip", func(v *verdict.Verdict) {
			v.Specs.Finished--
			v.Criteria[1].Result = verdict.Skipped
		}, verdict.Errored, 2, "1 criterion skipped: DW-2"},

		{"a spec was skipped", spec(result(verdict.Skipped)), verdict.Partial, 1, "1 spec skipped"},
		{"a spec was flaky", spec(result(verdict.Flaky)), verdict.Partial, 1, "1 spec flaky"},
		{"a spec is unsupported", spec(result(verdict.Unsupported)), verdict.Partial, 1, "1 spec unsupported"},
		{
			"a focus left specs out", func(v *verdict.Verdict) { v.Specs.Filtered = 2 }, verdict.Partial, 1,
			"2 specs left out by a focus or label filter",
		},
		{
			"a criterion was skipped", func(v *verdict.Verdict) { v.Criteria[0].Result = verdict.Skipped }, verdict.Partial, 1,
			"1 criterion skipped: DW-1",
		},
		{
			"a criterion was flaky", func(v *verdict.Verdict) { v.Criteria[0].Result = verdict.Flaky }, verdict.Partial, 1,
			"1 criterion flaky: DW-1",
		},
		{
			"a criterion is unsupported", func(v *verdict.Verdict) { v.Criteria[0].Result = verdict.Unsupported },
			verdict.Partial, 1, "1 criterion unsupported: DW-1",
		},
		{
			"a fault was skipped", func(v *verdict.Verdict) { v.Faults[0].Result = verdict.Skipped }, verdict.Partial, 1,
			"1 fault skipped",
		},
		{
			"a fault was flaky", func(v *verdict.Verdict) { v.Faults[0].Result = verdict.Flaky }, verdict.Partial, 1,
			"1 fault flaky",
		},
		{
			"a fault is unsupported", func(v *verdict.Verdict) { v.Faults[0].Result = verdict.Unsupported }, verdict.Partial, 1,
			"1 fault unsupported",
		},
		{
			"a route was skipped", func(v *verdict.Verdict) { v.Routes[0].Result = verdict.Skipped }, verdict.Partial, 1,
			"1 route skipped",
		},
		{
			"no criterion at all", func(v *verdict.Verdict) { v.Criteria = nil }, verdict.Partial, 1,
			"no criterion was judged",
		},
		{"the seal was not measured", func(v *verdict.Verdict) { v.Hermetic = nil }, verdict.Partial, 1, "seal"},
		{"the run was not sealed", func(v *verdict.Verdict) { v.Hermetic.Sealed = false }, verdict.Partial, 1, "not sealed"},

		{
			"a live cluster is not sealed", func(v *verdict.Verdict) { v.Profile, v.Hermetic = verdict.Live, nil },
			verdict.Pass, 0, "",
		},
		{"of a live cluster no workflow is judged", func(v *verdict.Verdict) {
			v.Profile = verdict.Live
			for n := range v.Criteria {
				if !v.Profile.Judges(v.Criteria[n].ID.Family()) {
					v.Criteria[n].Result = verdict.Skipped
				}
			}
		}, verdict.Pass, 0, ""},
		{"of a live cluster all else is", func(v *verdict.Verdict) {
			v.Profile, v.Criteria[0].Result = verdict.Live,
				verdict.Skipped
		}, verdict.Partial, 1, "1 criterion skipped: DW-1"},
		{"a failure counts on a live cluster", func(v *verdict.Verdict) {
			v.Profile, v.Criteria[0].Result = verdict.Live,
				verdict.Failed
		}, verdict.Fail, 1, "1 criterion failed: DW-1"},

		{"no fault planned", func(v *verdict.Verdict) { v.Faults = nil }, verdict.Pass, 0, ""},
		{"packets were dropped", func(v *verdict.Verdict) { v.Hermetic.DroppedPackets = 1 << 40 }, verdict.Pass, 0, ""},
		{"slower than the goal", func(v *verdict.Verdict) { v.Budget.Ratio = 9 }, verdict.Pass, 0, ""},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			v := verdicttest.Unconcluded()
			tc.change(v)
			v.Conclude()
			if v.Result != tc.want || v.ExitCode() != tc.code {
				t.Errorf("result %s, exit %d, want %s, %d: %q", v.Result, v.ExitCode(), tc.want, tc.code, v.Reasons)
			}
			if again, reasons := verdict.Decide(v); again != v.Result || !slices.Equal(reasons, v.Reasons) {
				t.Errorf("decided again it is %s: %q, was %s: %q", again, reasons, v.Result, v.Reasons)
			}
			if tc.says == "" && len(v.Reasons) > 0 || !strings.Contains(strings.Join(v.Reasons, "\n"), tc.says) {
				t.Errorf("reasons %q do not say %q", v.Reasons, tc.says)
			}
			if (v.Result == verdict.Errored) && (v.Error == nil || v.Error.Remedy == "") {
				t.Errorf("error %+v names no remedy", v.Error)
			}
		})
	}
}

func TestConcludeTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	v := verdicttest.Unconcluded()
	v.Specs.Finished--
	v.Conclude()
	if err := v.Error; err == nil || !strings.Contains(err.Message, of(len(criteria.All())-1)) {
		t.Fatalf("error = %+v", err)
	}
	reasons := v.Reasons
	v.Conclude()
	if v.Result != verdict.Errored || !slices.Equal(v.Reasons, reasons) {
		t.Errorf("result = %s, reasons %q, before %q", v.Result, v.Reasons, reasons)
	}
}

func TestExitCode(t *testing.T) {
	t.Parallel()
	want := map[verdict.Result]int{
		verdict.Pass: 0, verdict.Fail: 1, verdict.Partial: 1, verdict.Errored: 2,
		"": 2, "passed": 2, verdict.Failed: 2, "PASS": 2,
	}
	for r, code := range want {
		if got := r.ExitCode(); got != code {
			t.Errorf("%q exits %d, want %d", r, got, code)
		}
	}
	if got := (&verdict.Verdict{}).ExitCode(); got != 2 {
		t.Errorf("a verdict without a conclusion exits %d, want 2", got)
	}
}

func TestWorse(t *testing.T) {
	t.Parallel()
	order := []verdict.Result{
		verdict.Passed, verdict.Flaky, verdict.Unsupported, verdict.Skipped, verdict.Failed,
		"nonsense",
	}
	for i, a := range order {
		for j, b := range order {
			if got, want := verdict.Worse(a, b), order[max(i, j)]; got != want {
				t.Errorf("Worse(%s, %s) = %s, want %s", a, b, got, want)
			}
		}
	}
}

func TestNewProvesNothing(t *testing.T) {
	t.Parallel()
	v := verdict.New(verdict.Suite{})
	for _, c := range v.Criteria {
		if c.Result != verdict.Skipped || c.Reason == "" {
			t.Errorf("criterion %s starts %s (%q)", c.ID, c.Result, c.Reason)
		}
	}
	v.Conclude()
	if v.Result != verdict.Errored {
		t.Errorf("an empty run is %s, want error", v.Result)
	}
	if err := v.Validate(); err != nil {
		t.Errorf("Validate: %v", err)
	}
}

func TestSetErrorKeepsTheCause(t *testing.T) {
	t.Parallel()
	v := &verdict.Verdict{}
	v.SetError("create the cluster", errors.New("no engine"), "install podman")
	v.SetError("delete the cluster", errors.New("none there"), "ignore")
	want := &verdict.Error{
		Operation: "create the cluster", Message: "no engine; then delete the cluster: none there",
		Remedy: "install podman",
	}
	if d := cmp.Diff(want, v.Error); d != "" {
		t.Errorf("error (-want +got):\n%s", d)
	}
}

// of counts among the specs of a run, one a criterion.
func of(n int) string { return fmt.Sprintf("%d of %d", n, len(criteria.All())) }
