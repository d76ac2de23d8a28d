package gate

import (
	"fmt"
	"slices"

	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// TimeID is what an allowance calls a time: "time-to-record".
func TimeID(to string) string { return "time-to-" + to }

// measures lists the times that a run of this catalogue must hold. In the full catalogue a hundred faults are
// looked for side by side, so that its time to detect says more of the suite than of the edge.
func measures(c verdict.Catalogue) []string {
	return slices.DeleteFunc(verdict.Measures(), func(to string) bool {
		return to == verdict.ToDetect &&
			c != verdict.Smoke
	})
}

// times lists the times that were not measured, and those that were too long.
func (f *findings) times(v *verdict.Verdict) {
	measured := verdict.Convergence{}
	if v.Convergence != nil {
		measured = *v.Convergence
	}
	for _, to := range measures(v.Catalogue) {
		n := slices.IndexFunc(measured.Times, func(t verdict.Time) bool { return t.To == to })
		if n < 0 {
			f.add(TimeID(to), "time to %s was not measured", to)
		} else if !measured.HasBaseline() {
			f.add(TimeID(to), "time to %s is compared with no baseline; write one with `make baseline`", to)
		} else if late := measured.Late(measured.Times[n]); late != "" {
			f.add(TimeID(to), "%s", late)
		}
	}
}

// otherTimes lists where a time is compared with another baseline than the suite's, or against other evidence
// than the verdict's.
func (w Want) otherTimes(v *verdict.Verdict) []string {
	if v.Convergence == nil {
		return nil
	}
	var out []string
	if v.Convergence.Baseline != w.Convergence.Baseline ||
		v.Convergence.Machine.BaselineSeconds != w.Convergence.Machine.BaselineSeconds {
		out = append(out, fmt.Sprintf("times are compared with the baseline %s of a machine of %v s, and the suite's is %s "+
			"of %v s",
			v.Convergence.Baseline, v.Convergence.Machine.BaselineSeconds, w.Convergence.Baseline,
			w.Convergence.Machine.BaselineSeconds))
	}
	for _, t := range v.Convergence.Times {
		yardstick := t
		yardstick.Seconds = 0
		if !slices.Contains(w.Convergence.Times, yardstick) {
			out = append(out, fmt.Sprintf("time to %s is compared with %v s, %v s of it fixed delays, with a tolerance of %v, "+
				"which is not the suite's baseline",
				t.To, t.BaselineSeconds, t.FixedDelaySeconds, t.Tolerance))
		}
		if seen := v.Detected(); t.To == verdict.ToDetect && t.Seconds != seen {
			out = append(out, fmt.Sprintf("time to detect is given as %v s, and the faults make it %v s", t.Seconds, seen))
		}
	}
	return out
}
