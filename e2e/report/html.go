package report

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"strings"
	"time"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

//go:embed page
var pages embed.FS

// HTML writes report.html: one file with nothing to fetch, for wide and narrow screens, light and dark,
// keyboard and paper. Its script makes the time line move and commands be copied; without it everything is
// there to read. html/template escapes whatever the verdict holds, and the page's own policy lets nothing run
// but that script.
func HTML(w io.Writer, v *verdict.Verdict) error {
	style, script := asset("base.css")+asset("report.css")+asset("timeline.css"), asset("report.js")
	t, err := template.New("report.html.tmpl").Funcs(template.FuncMap{
		"clean": clean, "mark": mark, "sec": sec, "status": status, "certificate": certificateLine, "code": runs,
		"factor": factorLine,
		"time":   func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 MST") },
	}).ParseFS(pages, "page/*.html.tmpl")
	if err != nil {
		return fmt.Errorf("read the report's template: %w", err)
	}
	p := newPage(v)
	p.Policy = policy(style, script)
	p.Style, p.Script = template.CSS(style), template.JS(script) //nolint:gosec // G203: both are compiled in
	if err := t.Execute(w, p); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

// asset is one of the page's own files.
func asset(name string) string {
	text, err := fs.ReadFile(pages, "page/"+name)
	if err != nil {
		panic(err) // it is compiled in
	}
	return string(text)
}

// policy is the page's Content-Security-Policy: nothing is fetched, and nothing runs but what has these digests
// (https://www.w3.org/TR/CSP3/#grammardef-hash-source).
func policy(style, script string) string {
	digest := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	scripts := "'none'"
	if script != "" {
		scripts = digest(script)
	}
	return "default-src 'none'; style-src " + digest(style) + "; script-src " + scripts +
		"; base-uri 'none'; form-action 'none'"
}

// page is what the template is filled with.
type page struct {
	*verdict.Verdict

	Policy string
	Style  template.CSS
	Script template.JS

	Headline, BudgetLine, SealLine string
	Tiles                          []tile
	Sections                       []section
	Families                       []family
	Troubles                       []trouble
	FaultLists                     []faultList
	Matrix                         *matrix
	Seen                           *sights
	Covering                       []verdict.CoverageRow
	Changes                        []change
	Clock                          *clock
	Waterfall                      []bar
}

// tile is one figure under the headline.
type tile struct{ Name, Value, State string }

// section is one entry of the page's navigation.
type section struct{ ID, Title string }

func newPage(v *verdict.Verdict) *page {
	p := &page{
		Verdict: v, Headline: mark(v.Result) + " " + headline(v), BudgetLine: budgetLine(v.Budget), SealLine: sealLine(v),
		Tiles: tiles(v), Families: families(v), Troubles: troubles(v), Waterfall: waterfall(v.Phases), Clock: newClock(v),
	}
	if len(v.Faults) > 0 {
		p.FaultLists, p.Matrix, p.Seen, p.Covering = faultLists(v, p.Clock), newMatrix(v), newSights(v), v.Coverage()
	}
	for _, u := range v.Upgrades {
		p.Changes = append(p.Changes, newChange(u, p.Clock))
	}
	add := func(there bool, id, title string) {
		if there {
			p.Sections = append(p.Sections, section{id, title})
		}
	}
	add(true, "decision", "Decision")
	add(v.Error != nil || len(v.Findings)+len(p.Troubles) > 0, "next", "What to do")
	add(true, "criteria", "Criteria")
	add(len(v.Faults) > 0, "faults", "Faults")
	add(len(p.Changes) > 0, "upgrade", "Upgrade")
	add(p.Clock != nil, "timeline", "Time line")
	add(true, "time", "Time")
	add(true, "run", "Run")
	return p
}

// Cites links entries of the time line.
func (p *page) Cites(ids []string) []row { return p.Clock.cited(ids, linked) }

// tiles are the figures that a reader wants first.
func tiles(v *verdict.Verdict) []tile {
	good := func(ok bool) string {
		if ok {
			return "good"
		}
		return "bad"
	}
	recovered := 0
	passed, judged := v.Counted()
	for _, f := range v.Faults {
		if f.Result == verdict.Passed {
			recovered++
		}
	}
	out := []tile{{"criteria passed", fmt.Sprintf("%d of %d", passed, judged), good(passed == judged)}}
	if len(v.Faults) > 0 {
		out = append(out, tile{
			"faults seen, named, recovered", fmt.Sprintf("%d of %d", recovered, len(v.Faults)),
			good(recovered == len(v.Faults)),
		})
	}
	if len(v.Upgrades) > 0 {
		sent, lost, state := 0, 0, "good"
		for _, u := range v.Upgrades {
			for _, p := range u.Probes {
				sent, lost = sent+p.Sent, lost+p.Failed
				switch {
				case float64(p.Failed) > u.ErrorBudget*float64(p.Sent):
					state = "bad"
				case p.Failed > 0 && state == "good":
					state = "" // within the budget
				}
			}
		}
		out = append(out, tile{"probes lost in the upgrade and the rollback", fmt.Sprintf("%d of %d", lost, sent), state})
	}
	if v.Budget.WallSeconds > 0 {
		out = append(out, tile{"wall time", clockTime(v.Budget.WallSeconds), ""})
	}
	if v.Hermetic != nil {
		state := "sealed"
		if !v.Hermetic.Sealed {
			state = "not sealed"
		}
		out = append(out, tile{
			fmt.Sprintf("the run; %d packets dropped", v.Hermetic.DroppedPackets), state,
			good(v.Hermetic.Sealed),
		})
	}
	return out
}

// clockTime is a duration as people say it, in minutes and seconds.
func clockTime(s float64) string {
	d := time.Duration(s * float64(time.Second)).Round(time.Second)
	return fmt.Sprintf("%d:%02d min", int(d.Minutes()), int(d.Seconds())%60)
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
