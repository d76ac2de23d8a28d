package report

import (
	"math"
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// judgeCriteria sets every criterion from the specs that carry its id: the worst of their results, the sum of their times, their
// evidence, and the reasons of those that did not pass.
func judgeCriteria(v *verdict.Verdict) {
	v.Criteria = nil
	for _, c := range criteria.All() {
		v.Criteria = append(v.Criteria, judgeCriterion(c, carrying(v.Specs.List, c.ID), v))
	}
}

func judgeCriterion(c criteria.Criterion, specs []verdict.Spec, v *verdict.Verdict) verdict.Criterion {
	out := verdict.Criterion{ID: c.ID, Text: c.Text, Result: verdict.Passed}
	var reasons []string
	for _, s := range specs {
		out.Result = verdict.Worse(out.Result, s.Result)
		out.Seconds += s.Seconds
		out.Evidence = union(out.Evidence, s.Evidence)
	}
	out.Seconds = math.Round(out.Seconds*1000) / 1000
	for _, s := range specs {
		if s.Result == out.Result && s.Result != verdict.Passed {
			reasons = union(reasons, []string{s.Reason})
			out.Objects = union(out.Objects, s.Objects)
		}
	}
	if len(specs) == 0 {
		out.Result, reasons = verdict.Skipped, []string{absence(v)}
	}
	out.Reason = strings.Join(reasons, "\n")
	return out
}

// absence says why no spec of the run carries a criterion.
func absence(v *verdict.Verdict) string {
	switch {
	case v.Error != nil || len(v.Specs.List) < v.Specs.Planned:
		return "not judged: the run did not get so far"
	case v.Specs.Filtered > 0:
		return "not judged: its specs were left out by a focus or label filter"
	}
	return "not judged: no spec carries its id"
}

func carrying(specs []verdict.Spec, id criteria.ID) []verdict.Spec {
	var out []verdict.Spec
	for _, s := range specs {
		if slices.Contains(s.Criteria, id) {
			out = append(out, s)
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
