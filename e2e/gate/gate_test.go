package gate_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/gate"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

func TestDecide(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*verdict.Verdict)
		want   gate.Outcome
		says   string
	}{
		{"everything is proved", func(*verdict.Verdict) {}, gate.Promote, ""},

		{
			"a criterion failed", func(v *verdict.Verdict) { spec(v, "DW-3", becomes(verdict.Failed, "no TLS block")) },
			gate.Block, "failed: no TLS block",
		},
		{
			"a criterion was skipped", func(v *verdict.Verdict) { spec(v, "DW-3", becomes(verdict.Skipped, "no time")) },
			gate.Block, "skipped: no time",
		},
		{"a criterion is unsupported", func(v *verdict.Verdict) {
			spec(v, "DW-3",
				becomes(verdict.Unsupported, "no such thing"))
		}, gate.Block, "unsupported: no such thing"},
		{"a retry that passed", func(v *verdict.Verdict) {
			spec(v, "VC-3", func(s *verdict.Spec) {
				s.Result, s.Reason, s.Attempts = verdict.Flaky, "passed at attempt 2", 2
				s.History = []verdict.Attempt{{Result: verdict.Failed, Reason: "exit status 1"}, {Result: verdict.Passed}}
			})
		}, gate.Block, "attempt 1 failed: exit status 1; attempt 2 passed"},
		{
			"passed without evidence", func(v *verdict.Verdict) { spec(v, "DW-3", func(s *verdict.Spec) { s.Evidence = nil }) },
			gate.Block, "passed, and nothing shows it",
		},
		{
			"no spec judged it", func(v *verdict.Verdict) { v.Specs.List = v.Specs.List[1:]; v.Specs.Planned-- }, gate.Block,
			"no spec judged DW-1",
		},
		{"a filter left specs out", func(v *verdict.Verdict) { v.Specs.Filtered = 2 }, gate.Block, "2 specs were left out"},
		{"a fault was not recognised", func(v *verdict.Verdict) {
			v.Faults[0].Result, v.Faults[0].Reason = verdict.Failed, "diagnosed otherwise"
			spec(v, "FP-1", becomes(verdict.Failed, "diagnosed otherwise"))
		}, gate.Block, "fault token-secret-missing failed: diagnosed otherwise"},
		{
			"a fault that shows nothing", func(v *verdict.Verdict) { v.Faults[1].Red = nil }, gate.CannotJudge,
			"turned [] red",
		},
		{
			"a route failed", func(v *verdict.Verdict) { v.Routes[0].Result, v.Routes[0].Reason = verdict.Failed, "refused" },
			gate.Block, "develop.safeops.work failed for the external client: refused",
		},
		{"no route was seen", func(v *verdict.Verdict) { v.Routes = nil }, gate.Block, "develop.safeops.work was not " +
			"requested by the external client"},
		{"not sealed", func(v *verdict.Verdict) { v.Hermetic.Sealed = false }, gate.Block, "the run was not sealed"},
		{
			"the seal was not measured", func(v *verdict.Verdict) { v.Hermetic = nil }, gate.Block,
			"whether the run was sealed",
		},
		{
			"an image without digest", func(v *verdict.Verdict) { v.Bundle.Images[0].Digest = "" }, gate.Block,
			"is named without a digest",
		},
		{
			"an unnamed Kubernetes", func(v *verdict.Verdict) { v.Cluster.Kubernetes = "" }, gate.Block,
			"names no version of Kubernetes",
		},
		{"an unnamed suite", func(v *verdict.Verdict) { v.Suite.Version = "" }, gate.Block, "names no version of the suite"},
		{"a live cluster that was only looked at", func(v *verdict.Verdict) {
			v.Profile, v.Upgrades, v.Baseline, v.Faults, v.Convergence, v.Timeline = verdict.Live, nil, nil, nil, nil, nil
			judged := slices.DeleteFunc(v.Specs.List, func(s verdict.Spec) bool {
				return len(s.Criteria) == 0 || !v.Profile.Judges(s.Criteria[0].Family())
			})
			v.Specs = verdict.Tally(len(judged), 0, judged)
			uncite(v)
		}, gate.Block, "profile live"},
		{"a record was recreated", func(v *verdict.Verdict) {
			v.Upgrades[0].Recreated = []verdict.Recreated{{Name: "develop.safeops.work", Type: "A"}}
		}, gate.Block, "upgrade: the A record of develop.safeops.work was deleted and created again"},
		{
			"the rollback was not tried", func(v *verdict.Verdict) { v.Upgrades = v.Upgrades[:1] }, gate.Block,
			"the rollback between these two bundles was not tried",
		},
		{"no upgrade was tried", func(v *verdict.Verdict) {
			v.Upgrades, v.Baseline = nil, nil
			v.Timeline, v.Faults[0].Cites = nil, nil
			uncite(v)
		}, gate.Block, "no upgrade from fixtures/bundles/reference was tried"},
		{
			"a record came late", func(v *verdict.Verdict) { v.Convergence.Times[1].Seconds = 99 }, gate.Block,
			"time to record was 99.0 s",
		},
		{
			"a time is missing", func(v *verdict.Verdict) { v.Convergence.Times = v.Convergence.Times[1:] }, gate.Block,
			"time to route was not measured",
		},
		{
			"there is no baseline of times", func(v *verdict.Verdict) { v.Convergence.Baseline = "" }, gate.CannotJudge,
			"times are compared with the baseline  of a machine",
		},
		{
			"no time was measured", func(v *verdict.Verdict) { v.Convergence = nil }, gate.Block,
			"time to detect was not measured",
		},

		{"the run was cut short", func(v *verdict.Verdict) {
			spec(v, "DW-3", func(s *verdict.Spec) { s.Result, s.Reason, s.Finished = verdict.Skipped, "interrupted", false })
		}, gate.Block, fmt.Sprintf("%d finished", len(criteria.All())-1)},
		{
			"the suite crashed", func(v *verdict.Verdict) { v.SetError("run the specs", errors.New("killed"), "again") },
			gate.CannotJudge, "run the specs: killed",
		},
		{
			"specs were planned and never listed", func(v *verdict.Verdict) { v.Specs.Planned++ }, gate.CannotJudge,
			fmt.Sprintf("%d specs were planned, %d are listed", len(criteria.All())+1, len(criteria.All())),
		},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			v := sound()
			tc.change(v)
			conclude(v)
			d := gate.Decide(copyOf(t, v), wanted(), nil, today())
			if said := strings.Join(d.Reasons, "\n"); d.Outcome != tc.want || !strings.Contains(said, tc.says) ||
				tc.says == "" && said != "" {
				t.Errorf("%s, want %s and %q:\n%s", d.Outcome, tc.want, tc.says, said)
			}
		})
	}
}

func uncite(v *verdict.Verdict) {
	for n := range v.Criteria {
		v.Criteria[n].Cites = nil
	}
}

func TestTheFullCatalogueIsHeldToItsOwn(t *testing.T) {
	t.Parallel()
	v := sound()
	v.Catalogue = verdict.Full
	conclude(v)
	said := strings.Join(gate.Decide(v, wanted(), nil, today()).Reasons, "\n")
	for _, want := range []string{"fault rare of the full catalogue was not proved", "no fault turned BL-1 red"} {
		if !strings.Contains(said, want) {
			t.Errorf("reasons do not say %q:\n%s", want, said)
		}
	}
}

// TestTheVerdictIsOfThisBundle changes what the verdict is compared with.
func TestTheVerdictIsOfThisBundle(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*gate.Want)
		says   string
	}{
		"another bundle": {
			func(w *gate.Want) { w.Bundle.Digest = "sha256:0" },
			`the verdict is of a bundle "sha256:1f0c9f1b7a5e"`,
		},
		"other applications": {func(w *gate.Want) { w.Apps.Digest = "sha256:0" }, "the verdict is of applications"},
		"another baseline": {
			func(w *gate.Want) { w.Baseline = &verdict.Content{Digest: "sha256:0"} },
			"the verdict is of a baseline",
		},
		"an image that never ran": {
			func(w *gate.Want) { w.Images = append(w.Images, "x:1") },
			"the bundle runs image x:1",
		},
		"a fault of another mind": {
			func(w *gate.Want) { w.Catalogues[verdict.Smoke][1].Expected = []string{"dns/x"} },
			"[dns/x] in the suite's catalogue",
		},
		"a fault that is unknown": {
			func(w *gate.Want) { w.Catalogues[verdict.Smoke] = w.Catalogues[verdict.Smoke][1:] },
			"fault token-secret-missing is not in the suite's catalogue",
		},
		"another yardstick of times": {
			func(w *gate.Want) { w.Convergence.Times[1].Tolerance = 0.1 },
			"time to record is compared with 62 s",
		},
		"another baseline of times": {
			func(w *gate.Want) { w.Convergence.Baseline = "sha256:0" },
			"times are compared with the baseline sha256:c0de",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := wanted()
			tc.change(&w)
			d := gate.Decide(sound(), w, nil, today())
			if said := strings.Join(d.Reasons, "\n"); d.Outcome != gate.CannotJudge || !strings.Contains(said, tc.says) {
				t.Errorf("%s, want it refused for %q:\n%s", d.Outcome, tc.says, said)
			}
		})
	}
}

func TestExitCode(t *testing.T) {
	t.Parallel()
	for o, want := range map[gate.Outcome]int{gate.Promote: 0, gate.Block: 1, gate.CannotJudge: 2, "": 2, "pass": 2} {
		if got := o.ExitCode(); got != want {
			t.Errorf("%q exits %d, want %d", o, got, want)
		}
	}
}

func TestADecisionOfAnEarlierVersionIsRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]gate.Outcome{
		"hold": gate.Block, "block": gate.Block, "promote": gate.Promote, "cannot judge": gate.CannotJudge,
	} {
		var d gate.Decision
		err := json.Unmarshal([]byte(`{"outcome": "`+text+`", "reasons": ["WF-1 failed"], "notes": []}`), &d)
		if err != nil || d.Outcome != want || len(d.Reasons) != 1 {
			t.Errorf("%s: %+v, %v; want %s", text, d, err, want)
		}
	}
	if err := json.Unmarshal([]byte(`{"outcome": "perhaps"}`), &gate.Decision{}); err == nil {
		t.Error("an unknown outcome was read")
	}
}
