package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// grid is a table of plain text: a title, columns, and rows of as many cells. It says what the faults of a run
// show together.
type grid struct {
	Title   string
	Columns []string
	Rows    [][]string
	// Below are lines under the table.
	Below []string
}

// grids are the tables over all faults; none when no fault was injected.
func grids(v *verdict.Verdict) []grid {
	if len(v.Faults) == 0 {
		return nil
	}
	return []grid{confusion(v), usual(v), coverage(v)}
}

// confusion is the matrix of what was injected and what was diagnosed.
func confusion(v *verdict.Verdict) grid {
	matrix := v.Confusion()
	layers := matrix.Layers()
	g := grid{Title: "Injected and diagnosed, by layer", Columns: append([]string{"injected"}, layers...)}
	for _, from := range layers {
		row := []string{from}
		for _, to := range layers {
			row = append(row, fmt.Sprint(matrix[from][to]))
		}
		g.Rows = append(g.Rows, row)
	}
	g.Below = v.Confused()
	if len(g.Below) == 0 {
		g.Below = []string{"No fault was diagnosed as another."}
	}
	return g
}

// usual is what the usual checks saw of the same faults.
func usual(v *verdict.Verdict) grid {
	g := grid{Title: "Results of the usual checks for the same faults", Columns: []string{"fault", "diagnosed"}}
	for _, f := range v.Faults {
		for _, u := range f.ConventionalChecks {
			if !slices.Contains(g.Columns, u.Check) {
				g.Columns = append(g.Columns, u.Check)
			}
		}
	}
	missed, asked := map[string]int{}, map[string]int{}
	for _, f := range v.Faults {
		if len(f.ConventionalChecks) == 0 {
			continue
		}
		row := []string{f.ID, or(strings.Join(f.Diagnosed, "\n"), "healthy")}
		for _, check := range g.Columns[2:] {
			at := slices.IndexFunc(f.ConventionalChecks, func(u verdict.ConventionalCheck) bool { return u.Check == check })
			switch {
			case at < 0:
				row = append(row, "–")
				continue
			case f.ConventionalChecks[at].Noticed:
				row = append(row, "alarm")
			default:
				row = append(row, "no alarm")
			}
			if !f.LooksOnly() {
				asked[check]++
				if !f.ConventionalChecks[at].Noticed {
					missed[check]++
				}
			}
		}
		g.Rows = append(g.Rows, row)
	}
	for _, check := range g.Columns[2:] {
		g.Below = append(g.Below, fmt.Sprintf("%s: no alarm in %d of %d faults", check, missed[check], asked[check]))
	}
	return g
}

// coverage is which faults turn each criterion red, and which leave it green.
func coverage(v *verdict.Verdict) grid {
	g := grid{
		Title:   "What turns each criterion red",
		Columns: []string{"criterion", "turned red by", "must stay green, and stayed green, in"},
	}
	for _, k := range v.Coverage() {
		g.Rows = append(g.Rows, []string{
			string(k.Criterion), or(strings.Join(k.Covering, ", "), "–"),
			or(strings.Join(k.Spared, ", "), "–"),
		})
	}
	if ids := v.Uncovered(); len(ids) > 0 {
		g.Below = append(g.Below, "No fault of this catalogue turns these red: "+strings.Join(ids, ", ")+".")
	}
	return g
}
