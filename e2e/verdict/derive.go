package verdict

import (
	"math"
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/criteria"
)

// JudgeCriteria draws every criterion from the specs that carry its id: the worst of their results, the sum of
// their times, their evidence, and the reasons of those that did not pass.
func (v *Verdict) JudgeCriteria() {
	v.Criteria = nil
	for _, c := range criteria.All() {
		v.Criteria = append(v.Criteria, v.judge(c))
	}
}

func (v *Verdict) judge(c criteria.Criterion) Criterion {
	out := Criterion{ID: c.ID, Text: c.Text, Result: Passed}
	specs := v.Specs.Of(c.ID)
	var reasons []string
	for _, s := range specs {
		out.Result = Worse(out.Result, s.Result)
		out.Seconds += s.Seconds
		out.Evidence = union(out.Evidence, s.Evidence)
	}
	out.Seconds = math.Round(out.Seconds*1000) / 1000
	for _, s := range specs {
		if s.Result == out.Result && s.Result != Passed {
			reasons = union(reasons, []string{s.Reason})
			out.Objects = union(out.Objects, s.Objects)
		}
	}
	if len(specs) == 0 {
		out.Result, reasons = Skipped, []string{v.absence(c.ID)}
		if v.Profile == "" && !v.Judges(c.Family()) {
			out.Result = Unsupported
		}
	}
	out.Reason = strings.Join(reasons, "\n")
	return out
}

// absence says why no spec of the run carries a criterion.
func (v *Verdict) absence(id criteria.ID) string {
	switch {
	case v.Profile == "" && !v.Judges(id.Family()):
		return NeedsEngine
	case !v.Profile.Judges(id.Family()):
		return "not judged: an existing cluster is only read; a run on a cluster of its own judges it"
	case v.Shard != nil && len(v.Specs.List) == v.Specs.Planned:
		return "not judged: another shard of the run judges it"
	case v.Error != nil || len(v.Specs.List) < v.Specs.Planned:
		return "not judged: the run ended before"
	case v.Specs.Filtered > 0:
		return "not judged: its specs were left out by a focus or label filter"
	}
	return "not judged: no spec has its id"
}

// Of lists the specs that carry a criterion's id.
func (s Specs) Of(id criteria.ID) []Spec {
	var out []Spec
	for _, spec := range s.List {
		if slices.Contains(spec.Criteria, id) {
			out = append(out, spec)
		}
	}
	return out
}

// union appends to a those of b that it lacks.
func union(a, b []string) []string {
	for _, x := range b {
		if !slices.Contains(a, x) {
			a = append(a, x)
		}
	}
	return a
}
