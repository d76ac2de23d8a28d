package gate_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/gate"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// bad is a verdict that holds for many reasons: a criterion, a fault, a route, an upgrade and a time.
func bad() *verdict.Verdict {
	v := sound()
	spec(v, "DW-4", func(s *verdict.Spec) {
		s.Result, s.Reason, s.Objects = verdict.Failed, "refused", []string{"Ingress develop/frontend"}
	})
	f := &v.Faults[1]
	f.Result, f.Reason, f.Diagnosed, f.SecondsToRecover = verdict.Failed, "diagnosed otherwise", []string{"dns/other"}, 0
	spec(v, f.Criteria[0], becomes(verdict.Failed, "diagnosed otherwise"))
	r := &v.Routes[0]
	r.Result, r.Reason, r.HTTPSStatus = verdict.Failed, "refused", 0
	v.Upgrades[0].Probes[1].Failed = 3
	v.Upgrades[0].Points = append(v.Upgrades[0].Points, v.Upgrades[0].Points[1], v.Upgrades[0].Points[1])
	v.Convergence.Times[1].Seconds = 99
	conclude(v)
	return v
}

// TestHandEditsAreRefused makes the cheap edits of a verdict that would let its bundle through, one on top of
// another where one alone would be seen at once. None may promote, and each is refused for what it left behind.
func TestHandEditsAreRefused(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		edit func(*verdict.Verdict)
		says string
	}{
		{
			"the result", func(v *verdict.Verdict) { v.Result, v.Reasons = verdict.Pass, nil },
			`result is "pass", but the rest says "fail"`,
		},
		{"the reasons", func(v *verdict.Verdict) { v.Reasons = v.Reasons[1:] }, "the verdict gives the reasons"},
		{
			"a criterion", func(v *verdict.Verdict) { criterion(v, "DW-4").Result = verdict.Passed },
			"criterion DW-4 is called passed, and its specs make it failed",
		},
		{
			"a criterion and the result", func(v *verdict.Verdict) { *criterion(v, "DW-4") = passed(v, "DW-4"); v.Conclude() },
			"criterion DW-4 is called passed",
		},
		{
			"a spec", func(v *verdict.Verdict) { spec(v, "DW-4", becomes(verdict.Passed, "refused")); conclude(v) },
			"is called passed, and says what is wrong: refused",
		},
		{"a spec, and not its objects", func(v *verdict.Verdict) {
			spec(v, "DW-4",
				becomes(verdict.Passed, ""))
			conclude(v)
		}, "is called passed, and says what is wrong"},
		{"a spec's criteria", func(v *verdict.Verdict) {
			spec(v, "DW-4", func(s *verdict.Spec) { s.Criteria = []criteria.ID{"DW-3"} })
			conclude(v)
		}, ""},
		{"a spec dropped", func(v *verdict.Verdict) { drop(v, "DW-4") }, "specs are counted"},
		{"a spec dropped and counted", func(v *verdict.Verdict) {
			drop(v, "DW-4")
			keep := v.Criteria
			v.Specs = verdict.Tally(len(v.Specs.List), 0, v.Specs.List)
			v.Criteria = keep
			*criterion(v, "DW-4") = passed(v, "DW-4")
			v.Conclude()
		}, "criterion DW-4 is called passed, and its specs make it skipped"},
		{"a criterion dropped", func(v *verdict.Verdict) {
			v.Criteria = slices.DeleteFunc(v.Criteria, func(c verdict.Criterion) bool { return c.ID == "DW-4" })
		}, "criterion DW-4 appears 0 times"},
		{
			"the counts", func(v *verdict.Verdict) { v.Specs.Failed, v.Specs.Passed = 0, v.Specs.Planned },
			"specs are counted",
		},
		{"a fault deleted", func(v *verdict.Verdict) { v.Faults = slices.Delete(v.Faults, 1, 2); v.Conclude() }, ""},
		{
			"a fault called passed", func(v *verdict.Verdict) { v.Faults[1].Result = verdict.Passed; v.Conclude() },
			"is called passed, and says what is wrong: diagnosed otherwise",
		},
		{"a fault called passed without a reason", func(v *verdict.Verdict) {
			v.Faults[1].Result, v.Faults[1].Reason = verdict.Passed, ""
			v.Conclude()
		}, "was diagnosed as [dns/other] where"},
		{"a fault that expects what was found", func(v *verdict.Verdict) {
			v.Faults[1].Result, v.Faults[1].Reason, v.Faults[1].Expected = verdict.Passed, "", []string{"dns/other"}
			v.Conclude()
		}, "expects [dns/other] in the verdict"},
		{"a fault and its spec deleted", func(v *verdict.Verdict) {
			drop(v, v.Faults[1].Criteria[0])
			v.Faults = slices.Delete(v.Faults, 1, 2)
			v.Specs.Planned--
			conclude(v)
		}, ""},
		{
			"a route", func(v *verdict.Verdict) { v.Routes[0].Result, v.Routes[0].Reason = verdict.Passed, ""; v.Conclude() },
			"is called passed, and answered 0 over HTTPS",
		},
		{"the count of failed probes", func(v *verdict.Verdict) { v.Upgrades[0].Probes[1].Failed = 0; v.Conclude() }, ""},
		{"the error budget", func(v *verdict.Verdict) { v.Upgrades[0].ErrorBudget = 0.5; v.Conclude() }, ""},
		{
			"the limit of a time", func(v *verdict.Verdict) { v.Convergence.Times[1].Tolerance = 9; v.Conclude() },
			"which is not the suite's baseline",
		},
		{"the machine of the baseline", func(v *verdict.Verdict) { v.Convergence.Machine.BaselineSeconds = 0.1; v.Conclude() }, "a machine of 0.1 s"},
		{
			"the time to detect", func(v *verdict.Verdict) { v.Convergence.Times[3].Seconds = 0.1; v.Conclude() },
			"the faults make it",
		},
		{"the digest", func(v *verdict.Verdict) { v.Bundle.Digest = "sha256:0" }, "the verdict is of a bundle"},
		{"an image", func(v *verdict.Verdict) { v.Bundle.Images[0].Name = "x:1" }, "the verdict is of a run without it"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			v := bad()
			tc.edit(v)
			d := gate.Decide(copyOf(t, v), wanted(), nil, today())
			if d.Outcome == gate.Promote {
				t.Fatal("it is promoted")
			}
			if said := strings.Join(d.Reasons, "\n"); tc.says != "" &&
				(d.Outcome != gate.CannotJudge || !strings.Contains(said, tc.says)) {
				t.Errorf("%s, want it refused for %q:\n%s", d.Outcome, tc.says, said)
			}
		})
	}
}

// TestOneEditAlone makes each part pass but one, so that only what that one leaves behind can hold the bundle.
func TestOneEditAlone(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		edit func(*verdict.Verdict)
		want gate.Outcome
		says string
	}{
		{
			"a fault deleted, its spec kept", func(v *verdict.Verdict) { v.Faults = v.Faults[:len(v.Faults)-1] },
			gate.CannotJudge, "and there is no fault",
		},
		{"a fault and its spec deleted", func(v *verdict.Verdict) {
			id := v.Faults[5].Criteria[0]
			drop(v, id)
			v.Faults = v.Faults[:5]
			v.Specs.Planned--
			v.Specs.List[0].Criteria = append(v.Specs.List[0].Criteria, id) // so that the pattern is judged all the same
		}, gate.Block, "of the smoke catalogue was not proved"},
		{
			"a spec deleted, its fault kept", func(v *verdict.Verdict) { drop(v, "FP-1"); v.Specs.Planned-- }, gate.CannotJudge,
			"fault token-secret-missing has no spec",
		},
		{
			"failed probes taken from the list", func(v *verdict.Verdict) { v.Upgrades[0].Points = nil }, gate.Block,
			"are counted as failed, and 0 are listed",
		},
		{
			"an error budget of its own", func(v *verdict.Verdict) { v.Upgrades[0].ErrorBudget = 0.02 }, gate.Block,
			"at most 0.01 is allowed",
		},
		{
			"nothing was compared", func(v *verdict.Verdict) { v.Upgrades[1].Compared.Records = 0 }, gate.Block,
			"no record was compared",
		},
		{
			"an upgrade of another candidate", func(v *verdict.Verdict) { v.Upgrades[0].To.Digest = "sha256:0" }, gate.Block,
			"the upgrade between these two bundles was not tried",
		},
		{
			"the host's route deleted", func(v *verdict.Verdict) { v.Routes[0].Host = "other.safeops.work" }, gate.Block,
			"develop.safeops.work was not requested",
		},
		{
			"a retry forgotten", func(v *verdict.Verdict) { v.Specs.List[0].Attempts = 2 }, gate.CannotJudge,
			"is called passed, and was tried 2 times",
		},
		{
			"a spec never tried", func(v *verdict.Verdict) { v.Specs.List[0].Attempts = 0 }, gate.CannotJudge,
			"and was never tried",
		},
		{"a spec twice", func(v *verdict.Verdict) {
			v.Specs.List = append(v.Specs.List, v.Specs.List[0])
			v.Specs.Planned++
		}, gate.CannotJudge, "is listed twice"},
		{
			"a smaller catalogue", func(v *verdict.Verdict) { v.Catalogue = "" }, gate.CannotJudge,
			`is not in the suite's catalogue ""`,
		},
		{
			"an untrusted certificate", func(v *verdict.Verdict) { v.Routes[0].Certificate.Trusted = false }, gate.CannotJudge,
			"its certificate was not trusted",
		},
		{
			"a certificate that was over", func(v *verdict.Verdict) { v.Routes[0].Certificate.NotAfter = v.Suite.Started },
			gate.CannotJudge, "its certificate was over",
		},
		{
			"no certificate", func(v *verdict.Verdict) { v.Routes[0].Certificate = nil }, gate.CannotJudge,
			"no certificate was seen",
		},
		{
			"another address", func(v *verdict.Verdict) { v.Routes[0].Addresses = []string{"192.0.2.1"} }, gate.CannotJudge,
			"resolved to [192.0.2.1]",
		},
		{
			"never recovered", func(v *verdict.Verdict) { v.Faults[0].SecondsToRecover = 0 }, gate.CannotJudge,
			"recovered after 0 s",
		},
		{
			"a fault of another pattern", func(v *verdict.Verdict) { v.Faults[0].Criteria = []criteria.ID{"FP-2"} },
			gate.CannotJudge, "and its spec of [FP-1]",
		},
		{
			"a criterion turned green that had to be red", func(v *verdict.Verdict) { v.Faults[0].Red = v.Faults[0].Red[1:] },
			gate.CannotJudge, "the suite's catalogue wants",
		},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			v := sound()
			tc.edit(v)
			conclude(v)
			d := gate.Decide(copyOf(t, v), wanted(), nil, today())
			if said := strings.Join(d.Reasons, "\n"); d.Outcome != tc.want || !strings.Contains(said, tc.says) {
				t.Errorf("%s, want %s for %q:\n%s", d.Outcome, tc.want, tc.says, said)
			}
		})
	}
}

func criterion(v *verdict.Verdict, id criteria.ID) *verdict.Criterion {
	for n := range v.Criteria {
		if v.Criteria[n].ID == id {
			return &v.Criteria[n]
		}
	}
	return nil
}

// passed is a criterion as it would look if it had passed.
func passed(v *verdict.Verdict, id criteria.ID) verdict.Criterion {
	c := *criterion(v, id)
	c.Result, c.Reason, c.Objects = verdict.Passed, "", nil
	return c
}

func drop(v *verdict.Verdict, id criteria.ID) {
	v.Specs.List = slices.DeleteFunc(v.Specs.List, func(s verdict.Spec) bool { return s.Criteria[0] == id })
}
