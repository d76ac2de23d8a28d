package gate_test

import (
	"testing"
	"time"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/gate"
	"github.com/edgeproof/edgeproof/e2e/verdict"
	"github.com/edgeproof/edgeproof/e2e/verdict/verdicttest"
)

func today() time.Time { return time.Date(2026, 3, 5, 12, 0, 0, 0, time.UTC) }

// sound is a verdict that the gate promotes: every pattern has a fault, and every fault a spec of its name.
func sound() *verdict.Verdict {
	v := verdicttest.Upgraded()
	first := v.Faults[0]
	v.Faults = nil
	for n := range v.Specs.List {
		s := &v.Specs.List[n]
		id := s.Criteria[0]
		if s.Evidence = []string{"seen: " + string(id)}; id.Family() != criteria.FailurePattern {
			continue
		}
		f := first
		if id != "FP-1" {
			f.ID = "fault-" + string(rune('a'+n))
			f.Expected, f.Diagnosed = []string{"dns/" + f.ID}, []string{"dns/" + f.ID}
			f.Cites = nil
		}
		f.Criteria = []criteria.ID{id}
		s.Name = "the edge " + string(id) + " " + f.ID + ": " + f.Title
		v.Faults = append(v.Faults, f)
	}
	conclude(v)
	return v
}

// conclude derives everything again, as a run does.
func conclude(v *verdict.Verdict) {
	v.Specs = verdict.Tally(v.Specs.Planned, v.Specs.Filtered, v.Specs.List)
	cites := map[criteria.ID][]string{}
	for _, c := range v.Criteria {
		cites[c.ID] = c.Cites
	}
	v.JudgeCriteria()
	for n := range v.Criteria {
		v.Criteria[n].Cites = cites[v.Criteria[n].ID]
	}
	v.Conclude()
}

// wanted is what the bundle and the suite say of sound.
func wanted() gate.Want {
	v := sound()
	w := gate.Want{
		Bundle: verdict.Content{Digest: v.Bundle.Digest}, Apps: v.Apps, Baseline: v.Baseline,
		Images: []string{v.Bundle.Images[0].Name}, Hosts: []string{v.Routes[0].Host},
		Convergence: *v.Convergence, Catalogues: map[verdict.Catalogue][]gate.Fault{},
	}
	for _, f := range v.Faults {
		w.Catalogues[verdict.Smoke] = append(w.Catalogues[verdict.Smoke],
			gate.Fault{ID: f.ID, Expected: f.Expected, Red: f.Red, Green: f.Green})
	}
	w.Catalogues[verdict.Full] = append(w.Catalogues[verdict.Smoke],
		gate.Fault{ID: "rare", Expected: []string{"dns/rare"}})
	w.Convergence.Times = nil
	for _, x := range v.Convergence.Times {
		x.Seconds = 0
		w.Convergence.Times = append(w.Convergence.Times, x)
	}
	return w
}

// spec changes the spec of a criterion.
func spec(v *verdict.Verdict, id criteria.ID, change func(*verdict.Spec)) {
	for n := range v.Specs.List {
		if v.Specs.List[n].Criteria[0] == id {
			change(&v.Specs.List[n])
		}
	}
}

func becomes(r verdict.Result, reason string) func(*verdict.Spec) {
	return func(s *verdict.Spec) { s.Result, s.Reason = r, reason }
}

// copyOf survives JSON, as what the gate reads does.
func copyOf(t *testing.T, v *verdict.Verdict) *verdict.Verdict {
	t.Helper()
	raw, err := verdict.Encode(v)
	if err != nil {
		t.Fatal(err)
	}
	again, err := verdict.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return again
}
