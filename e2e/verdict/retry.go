package verdict

import (
	"fmt"
	"slices"
)

// After says what was run before: the specs of v that failed in an earlier run of the same content were tried
// before, and a pass that comes after a failure is flaky. Of other content a run says nothing; then v stands
// alone. Call JudgeCriteria afterwards.
func (v *Verdict) After(earlier *Verdict) {
	if !sameContent(v, earlier) {
		return
	}
	before := map[string]Spec{}
	for _, s := range earlier.Specs.List {
		if s.Result == Failed || s.Result == Flaky {
			before[s.Name] = s
		}
	}
	for n := range v.Specs.List {
		s := &v.Specs.List[n]
		was, there := before[s.Name]
		if !there || !s.Finished {
			continue
		}
		s.History = append(attempts(was), attempts(*s)...)
		s.Attempts = len(s.History)
		if s.Result == Passed {
			s.Result, s.Reason = Flaky, fmt.Sprintf("passed at attempt %d; first: %s", s.Attempts, s.History[0].Reason)
		}
	}
	for n := range v.Faults {
		f := &v.Faults[n]
		at := slices.IndexFunc(earlier.Faults, func(was Fault) bool {
			return was.ID == f.ID &&
				(was.Result == Failed || was.Result == Flaky)
		})
		if at >= 0 && f.Result == Passed {
			f.Result, f.Reason = Flaky, "passed at a later attempt; first: "+earlier.Faults[at].Reason
		}
	}
	v.Specs = Tally(v.Specs.Planned, v.Specs.Filtered, v.Specs.List)
}

// attempts are those of a spec, one where it was tried once.
func attempts(s Spec) []Attempt {
	if len(s.History) > 0 {
		return s.History
	}
	return []Attempt{{Result: s.Result, Seconds: s.Seconds, Reason: s.Reason}}
}

func sameContent(a, b *Verdict) bool {
	return a.Bundle.Digest != "" && a.Bundle.Digest == b.Bundle.Digest && a.Apps.Digest == b.Apps.Digest &&
		a.Suite.Version == b.Suite.Version && a.Cluster.Kubernetes == b.Cluster.Kubernetes
}
