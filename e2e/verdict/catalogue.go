package verdict

import (
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/criteria"
)

// Catalogue says which of the faults were to be injected.
type Catalogue string

// The catalogues.
const (
	// Smoke is the small set that every run proves.
	Smoke Catalogue = "smoke"
	// Full is all of them; each criterion must then have a fault that turns it red.
	Full Catalogue = "full"
)

// ConventionalCheck is the result of one of the checks that people usually run, while a fault was injected.
type ConventionalCheck struct {
	Check   string `json:"check" jsonschema:"minLength=1"`
	Noticed bool   `json:"noticed"`
	Output  string `json:"said,omitempty"`
}

// LooksOnly says that the fault only looks like one: nothing was to be diagnosed.
func (f Fault) LooksOnly() bool { return len(f.Expected) == 0 }

// Covers lists the criteria that the fault has shown to be effective: those that it turned red, and its
// pattern when it was diagnosed as expected.
func (f Fault) Covers() []criteria.ID {
	if f.LooksOnly() {
		return nil
	}
	out := slices.Clone(f.Red)
	if f.Result == Passed {
		out = append(out, f.Criteria...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// CoverageRow is one row of the coverage table: the faults that turn a criterion red, and those that must not
// and did not.
type CoverageRow struct {
	Criterion criteria.ID
	Covering  []string
	Spared    []string
}

// Coverage lists the judged criteria with what covers them, in the registry's order.
func (v *Verdict) Coverage() []CoverageRow {
	var out []CoverageRow
	for _, c := range v.Criteria {
		k := CoverageRow{Criterion: c.ID}
		for _, f := range v.Faults {
			if slices.Contains(f.Covers(), c.ID) {
				k.Covering = append(k.Covering, f.ID)
			}
			if slices.Contains(f.Green, c.ID) {
				k.Spared = append(k.Spared, f.ID)
			}
		}
		out = append(out, k)
	}
	return out
}

// Uncovered lists the judged criteria that no fault turned red. It means something for the full catalogue only.
func (v *Verdict) Uncovered() []string {
	var out []string
	for _, k := range v.Coverage() {
		if len(k.Covering) == 0 && v.Judges(k.Criterion.Family()) {
			out = append(out, string(k.Criterion))
		}
	}
	return out
}

// Ineffective lists the faults that were to break something and turned nothing red.
func (v *Verdict) Ineffective() []string {
	return pick(v.Faults, func(f Fault) (string, bool) {
		return f.ID, !f.LooksOnly() && f.Result == Passed &&
			len(f.Red) == 0
	})
}

// NoCause is the row and the column of the confusion matrix for no finding.
const NoCause = "none"

// Confusion counts how often a cause of one layer was diagnosed as one of another. Its keys are the layer
// injected and the layer diagnosed, NoCause where there was none.
type Confusion map[string]map[string]int

// Confusion holds what was diagnosed against what was injected, layer by layer. Expected and diagnosed causes
// are matched by name first; what is left over pairs off in order.
func (v *Verdict) Confusion() Confusion {
	out := Confusion{}
	for _, f := range v.Faults {
		if f.Result == Skipped {
			continue
		}
		for _, pair := range pairs(f.Expected, f.Diagnosed) {
			from, to := layerOf(pair[0]), layerOf(pair[1])
			if out[from] == nil {
				out[from] = map[string]int{}
			}
			out[from][to]++
		}
	}
	return out
}

// Layers lists the layers in the matrix, NoCause last.
func (c Confusion) Layers() []string {
	seen := map[string]bool{}
	for from, row := range c {
		seen[from] = true
		for to := range row {
			seen[to] = true
		}
	}
	var out []string
	for layer := range seen {
		if layer != NoCause {
			out = append(out, layer)
		}
	}
	slices.Sort(out)
	return append(out, NoCause)
}

// Confused lists each cause that was taken for another, as "fault: expected → diagnosed".
func (v *Verdict) Confused() []string {
	var out []string
	for _, f := range v.Faults {
		for _, pair := range pairs(f.Expected, f.Diagnosed) {
			if f.Result != Skipped && pair[0] != pair[1] {
				out = append(out, f.ID+": "+pair[0]+" → "+pair[1])
			}
		}
	}
	return out
}

// pairs matches what was expected with what was diagnosed.
func pairs(expected, diagnosed []string) [][2]string {
	var out [][2]string
	left := slices.Clone(diagnosed)
	var missed []string
	for _, e := range expected {
		if at := slices.Index(left, e); at >= 0 {
			left = slices.Delete(left, at, at+1)
			out = append(out, [2]string{e, e})
		} else {
			missed = append(missed, e)
		}
	}
	for n := range max(len(missed), len(left)) {
		pair := [2]string{NoCause, NoCause}
		if n < len(missed) {
			pair[0] = missed[n]
		}
		if n < len(left) {
			pair[1] = left[n]
		}
		out = append(out, pair)
	}
	if len(out) == 0 {
		out = append(out, [2]string{NoCause, NoCause})
	}
	return out
}

// layerOf is the layer of a cause that is written "layer/code".
func layerOf(cause string) string {
	layer, _, _ := strings.Cut(cause, "/")
	return layer
}
