package gate_test

import (
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/e2e/gate"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

func entry(id, expires string) gate.Allowance {
	return gate.Allowance{ID: id, Owner: "edge@example.org", Reason: "known, mended next week", Expires: expires}
}

func TestAllowances(t *testing.T) {
	t.Parallel()
	late := func(v *verdict.Verdict) { v.Convergence.Times[1].Seconds = 99 }
	flaky := func(v *verdict.Verdict) {
		spec(v, "VC-3", func(s *verdict.Spec) {
			s.Result, s.Reason, s.Attempts = verdict.Flaky, "passed at attempt 2", 2
			s.History = []verdict.Attempt{{Result: verdict.Failed, Reason: "exit status 1"}, {Result: verdict.Passed}}
		})
	}
	broken := func(v *verdict.Verdict) {
		v.Faults[0].Result, v.Faults[0].Reason = verdict.Failed, "not recovered"
		spec(v, "FP-1", becomes(verdict.Failed, "not recovered"))
	}
	tests := []struct {
		name   string
		change func(*verdict.Verdict)
		allow  []gate.Allowance
		want   gate.Outcome
		says   string // in a reason or a note
	}{
		{
			"a criterion", flaky,
			[]gate.Allowance{entry("VC-3", "2026-03-06")},
			gate.Promote,
			"allowed until 2026-03-06 by edge@example.org (known, mended next week): ",
		},
		{"a time", late, []gate.Allowance{entry("time-to-record", "2026-03-06")}, gate.Promote, "time to record was 99.0 s"},
		{
			"a fault", broken,
			[]gate.Allowance{entry("token-secret-missing", "2026-03-06")},
			gate.Promote,
			"fault token-secret-missing failed: not recovered",
		},
		{
			"a fault by its pattern", broken,
			[]gate.Allowance{entry("FP-1", "2026-03-06")},
			gate.Block,
			"the allowance of FP-1 by edge@example.org was not needed",
		},
		{"on its last day", flaky, []gate.Allowance{entry("VC-3", "2026-03-05")}, gate.Promote, "attempt 1 failed"},
		{"the day after", flaky, []gate.Allowance{entry("VC-3", "2026-03-04")}, gate.Block, "expired after 2026-03-04"},
		{
			"expired and not needed", func(*verdict.Verdict) {},
			[]gate.Allowance{entry("VC-3", "2026-03-04")},
			gate.Block,
			"expired after 2026-03-04",
		},
		{
			"not needed", func(*verdict.Verdict) {},
			[]gate.Allowance{entry("VC-3", "2026-03-06")},
			gate.Promote,
			"was not needed; take it out",
		},
		{
			"unknown", func(*verdict.Verdict) {},
			[]gate.Allowance{entry("DW-9", "2026-03-06")},
			gate.Block,
			"names no criterion, no fault and no time",
		},
		{
			"without owner", func(*verdict.Verdict) {},
			[]gate.Allowance{{ID: "VC-3", Reason: "x", Expires: "2026-03-06"}},
			gate.Block, "names no owner",
		},
		{"another thing", flaky, []gate.Allowance{entry("VC-4", "2026-03-06")}, gate.Block, "attempt 1 failed"},
		{
			"a run without a seal cannot be allowed", func(v *verdict.Verdict) { v.Hermetic = nil },
			[]gate.Allowance{entry("DW-4", "2026-03-06")},
			gate.Block, "whether the run was sealed",
		},
		{
			"nor an upgrade", func(v *verdict.Verdict) { v.Upgrades[0].Lost = []string{"x"} },
			[]gate.Allowance{entry("DW-1", "2026-03-06")},
			gate.Block, "x is lost",
		},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			v := sound()
			tc.change(v)
			conclude(v)
			d := gate.Decide(v, wanted(), tc.allow, today())
			said := strings.Join(append(d.Reasons, d.Notes...), "\n")
			if d.Outcome != tc.want || !strings.Contains(said, tc.says) {
				t.Errorf("%s, want %s and %q:\n%s", d.Outcome, tc.want, tc.says, said)
			}
		})
	}
}

func TestReadAllowances(t *testing.T) {
	t.Parallel()
	const good = "- {id: VC-3, owner: edge@example.org, reason: known, expires: \"2026-03-06\"}\n"
	list, err := gate.ReadAllowances([]byte(good))
	if err != nil || len(list) != 1 || list[0] != (gate.Allowance{
		ID: "VC-3", Owner: "edge@example.org", Reason: "known",
		Expires: "2026-03-06",
	}) {
		t.Errorf("read %+v, %v", list, err)
	}
	for name, tc := range map[string]struct{ in, says string }{
		"JSON":             {`[{"id":"VC-3","owner":"x","reason":"y","expires":"2026-03-06"}]`, ""},
		"an unquoted date": {"- {id: VC-3, owner: x, reason: y, expires: 2026-03-06}\n", ""},
		"nothing":          {"", ""},
		"no owner":         {"- {id: VC-3, reason: y, expires: \"2026-03-06\"}\n", `entry 1 ("VC-3") has no owner`},
		"no reason":        {"- {id: VC-3, owner: x, reason: ' ', expires: \"2026-03-06\"}\n", "has no reason"},
		"no date":          {"- {id: VC-3, owner: x, reason: y}\n", "has no expires"},
		"no id":            {"- {owner: x, reason: y, expires: \"2026-03-06\"}\n", "has no id"},
		"a bad date": {
			"- {id: VC-3, owner: x, reason: y, expires: soon}\n",
			`expires "soon" is no date; write it as 2026-01-31`,
		},
		"a foreign field": {
			"- {id: VC-3, owner: x, reason: y, expires: \"2026-03-06\", until: z}\n",
			`unknown field "until"`,
		},
		"twice":   {good + good, "is allowed twice"},
		"no list": {"id: VC-3\n", "give a list of entries"},
	} {
		_, err := gate.ReadAllowances([]byte(tc.in))
		if tc.says == "" && err != nil || tc.says != "" && (err == nil || !strings.Contains(err.Error(), tc.says)) {
			t.Errorf("%s: %v, want it to say %q", name, err, tc.says)
		}
	}
}
