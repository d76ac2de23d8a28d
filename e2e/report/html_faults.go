package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// matrix is the confusion matrix, ready to be drawn.
type matrix struct {
	Columns []string
	Rows    []matrixRow
	Below   []string
}

type matrixRow struct {
	Name  string
	Cells []matrixCell
}

type matrixCell struct{ Text, Class string }

func newMatrix(v *verdict.Verdict) *matrix {
	counts := v.Confusion()
	m := &matrix{Columns: counts.Layers(), Below: confusion(v).Below}
	for _, from := range m.Columns {
		row := matrixRow{Name: from}
		for _, to := range m.Columns {
			cell := matrixCell{Text: fmt.Sprint(counts[from][to])}
			switch {
			case counts[from][to] == 0:
				cell.Text = "·"
			case from == to:
				cell.Class = "right"
			default:
				cell.Class = "wrong"
			}
			row.Cells = append(row.Cells, cell)
		}
		m.Rows = append(m.Rows, row)
	}
	return m
}

// sights sets what edgeproof said of each fault beside what the usual checks said.
type sights struct {
	Title  string // when it is folded away
	Checks []string
	Rows   []sight
	Below  []string
}

type sight struct {
	Fault string
	Cells []sightCell
}

// sightCell is what one check saw. Its class is yes for a check that was right, no for one that was not.
type sightCell struct{ Name, Word, Class, Output string }

func newSights(v *verdict.Verdict) *sights {
	g := usual(v)
	if len(g.Columns) <= 2 {
		return nil // none was run
	}
	s := &sights{Checks: g.Columns[2:], Below: g.Below}
	for _, f := range v.Faults {
		if len(f.ConventionalChecks) == 0 {
			continue
		}
		row := sight{Fault: f.ID, Cells: []sightCell{ours(f)}}
		for _, check := range s.Checks {
			cell := sightCell{Name: check, Word: "–"}
			if at := slices.IndexFunc(f.ConventionalChecks,
				func(u verdict.ConventionalCheck) bool { return u.Check == check }); at >= 0 {
				cell.Word, cell.Class, cell.Output = "no alarm", "no", ""
				if f.ConventionalChecks[at].Noticed {
					cell.Word, cell.Class, cell.Output = "alarm", "yes", f.ConventionalChecks[at].Output
				}
				if f.LooksOnly() { // an alarm at what is no fault is the mistake
					cell.Class = map[string]string{"yes": "no", "no": "yes"}[cell.Class]
				}
			}
			row.Cells = append(row.Cells, cell)
		}
		s.Rows = append(s.Rows, row)
	}
	if len(s.Rows) > longList {
		s.Title = fmt.Sprintf("each of the %d faults", len(s.Rows))
	}
	return s
}

// longList is how many rows are read at a glance; more that passed are folded away.
const longList = 20

// faultList is faults in one table, folded away when it has a title.
type faultList struct {
	Title  string
	Faults []faultRow
}

// faultRow is a fault, and the part of the time line that it rests on.
type faultRow struct {
	verdict.Fault
	Rests string
}

// faultLists keeps a few faults in one table. Of many, those that did not pass come first, and the others are
// folded away.
func faultLists(v *verdict.Verdict, c *clock) []faultList {
	var all, odd, fine []faultRow
	for _, f := range v.Faults {
		row := faultRow{f, c.rests(f.Cites)}
		all = append(all, row)
		if f.Result == verdict.Passed {
			fine = append(fine, row)
		} else {
			odd = append(odd, row)
		}
	}
	if len(all) <= longList {
		return []faultList{{Faults: all}}
	}
	out := []faultList{{Title: fmt.Sprintf("%d faults that passed", len(fine)), Faults: fine}}
	if len(odd) > 0 {
		out = append([]faultList{{Faults: odd}}, out...)
	}
	return out
}

// ours is what edgeproof said of a fault.
func ours(f verdict.Fault) sightCell {
	c := sightCell{Name: "edgeproof", Word: "named", Class: "yes", Output: strings.Join(f.Diagnosed, ", ")}
	switch {
	case f.Result != verdict.Passed:
		c.Word, c.Class = "missed", "no"
	case f.LooksOnly():
		c.Word = "no fault"
	}
	return c
}
