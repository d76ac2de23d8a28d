package report

import (
	_ "embed" // for the page
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

//go:embed report.html.tmpl
var page string

// HTML writes report.html: one file without scripts or anything to fetch, for wide and narrow screens, light and dark, and paper.
// html/template escapes whatever the verdict holds.
func HTML(w io.Writer, v *verdict.Verdict) error {
	t, err := template.New("report").Funcs(template.FuncMap{
		"clean": clean, "mark": mark, "sec": sec, "status": status, "certificate": certificateLine,
		"code":  runs,
		"share": func(s, wall float64) string { return fmt.Sprintf("%.2f", share(s, wall)) },
		"time":  func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 MST") },
	}).Parse(page)
	if err != nil {
		return fmt.Errorf("read the report's template: %w", err)
	}
	if err := t.Execute(w, struct {
		*verdict.Verdict
		Headline, BudgetLine, SealLine string
		Families                       []family
		Troubles                       []trouble
		Grids                          []grid
		Longest                        float64
	}{v, headline(v), budgetLine(v.Budget), sealLine(v.Hermetic), families(v), troubles(v), grids(v), longest(v.Phases)}); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

// run is a piece of a text that is code or is not.
type run struct {
	Text string
	Code bool
}

// runs splits the registry's own text at its backticks; any other text is one piece.
func runs(id criteria.ID, text string) []run {
	if mdCriterion(id, text) != text {
		return []run{{Text: clean(text)}}
	}
	var out []run
	for i, piece := range strings.Split(text, "`") {
		if piece != "" {
			out = append(out, run{Text: piece, Code: i%2 == 1})
		}
	}
	return out
}

// share is s as a percentage of whole, between 0 and 100.
func share(s, whole float64) float64 {
	if whole <= 0 || s <= 0 {
		return 0
	}
	return min(100, 100*s/whole)
}

func longest(phases []verdict.Phase) float64 {
	out := 0.0
	for _, p := range phases {
		out = max(out, p.Seconds)
	}
	return out
}
