package report

import (
	"fmt"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// headline is the decision in one sentence, the same in every format that people read.
func headline(v *verdict.Verdict) string {
	passed, judged := v.Counted()
	of := fmt.Sprintf("%d of %d criteria passed", passed, judged)
	if v.Profile == verdict.Live {
		of += "; a cluster that exists was only looked at"
	}
	decision := strings.ToUpper(word(v))
	switch {
	case v.Result == verdict.Errored:
		return decision + ": the suite could not run to its end; " + of
	case v.Result == verdict.Partial && v.Baseline == nil:
		return decision + ", which is not a pass: " + of
	case v.Result == verdict.Partial:
		return decision + ": not everything was proved; " + of
	case !v.Result.OfRun():
		return fmt.Sprintf("%s (%q): %s", decision, oneLine(string(v.Result)), of)
	}
	return decision + ": " + of
}

// word is the decision in a word: of a candidate that is to replace a baseline, whether it may; of a bundle
// alone, its result. What could not be judged is neither.
func word(v *verdict.Verdict) string {
	switch {
	case !v.Result.OfRun():
		return "no verdict"
	case v.Baseline == nil || v.Result == verdict.Errored:
		return string(v.Result)
	case v.Result == verdict.Pass:
		return "promote"
	}
	return "block"
}

// mark is a result as one character, for those who cannot see colours.
func mark(r verdict.Result) string {
	switch r {
	case verdict.Passed, verdict.Pass:
		return "✓"
	case verdict.Failed, verdict.Fail:
		return "✗"
	case verdict.Flaky:
		return "~"
	case verdict.Skipped, verdict.Partial:
		return "–"
	case verdict.Unsupported:
		return "?"
	case verdict.Errored:
		return "!"
	}
	return "!"
}

// family is the criteria of one family, for writers that print a title before each.
type family struct {
	Title    string
	Criteria []verdict.Criterion
}

// families groups the criteria in the order of the verdict.
func families(v *verdict.Verdict) []family {
	var out []family
	var last criteria.Family
	for _, c := range v.Criteria {
		if f := c.ID.Family(); len(out) == 0 || f != last {
			out = append(out, family{Title: f.Title()})
			last = f
		}
		g := &out[len(out)-1]
		g.Criteria = append(g.Criteria, c)
	}
	return out
}

// sec prints a duration the way every format does: whole milliseconds are noise to a reader.
func sec(s float64) string {
	if s > 0 && s < 0.05 {
		return "<0.1 s"
	}
	return fmt.Sprintf("%.1f s", s)
}

// budgetLine tells both figures and the ratio against its goal.
func budgetLine(b verdict.Budget) string {
	if b.WallSeconds == 0 {
		return "not measured"
	}
	if b.Ratio == 0 {
		return fmt.Sprintf("%s wall time; the fixed component delays were not measured", sec(b.WallSeconds))
	}
	goal := "within"
	if !b.WithinGoal() {
		goal = "over"
	}
	return fmt.Sprintf("%s wall time, %s of fixed component delays: ratio %.2f, %s the goal of %.2f", sec(b.WallSeconds),
		sec(b.FixedDelaySeconds), b.Ratio, goal, verdict.BudgetGoal)
}

// sealLine tells whether the run was sealed and what tried to get out.
func sealLine(v *verdict.Verdict) string {
	h := v.Hermetic
	switch {
	case h == nil && v.Profile == verdict.Live:
		return "none, on the real internet"
	case h == nil:
		return "not measured"
	}
	state := "sealed"
	if !h.Sealed {
		state = "NOT sealed"
	}
	packets, names := "packets", "names"
	if h.DroppedPackets == 1 {
		packets = "packet"
	}
	if len(h.UnknownNames) == 1 {
		names = "name"
	}
	return fmt.Sprintf("%s; %d %s dropped; %d unknown %s asked", state, h.DroppedPackets, packets, len(h.UnknownNames),
		names)
}
