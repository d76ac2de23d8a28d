package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// markdownLimit keeps a summary far under the 1 MiB that GitHub accepts for a step's summary: there is room for
// other steps, and more would not be read.
const markdownLimit = 250 << 10

// cellLimit keeps one reason from pushing everything else out of the summary.
const cellLimit = 4 << 10

// Markdown writes summary.md for a pull request or a step summary. It leads with the decision; what failed
// comes next. Past the size that GitHub accepts, rows are left out and the last line says so.
func Markdown(w io.Writer, v *verdict.Verdict) error {
	m := &markdown{}
	m.line("# " + mark(v.Result) + " " + mdText(headline(v)))
	m.line("")
	for _, r := range v.Reasons {
		m.line("- " + mdText(r))
	}
	if v.Error != nil {
		m.section("The suite could not run", "| operation | message | remedy |", "| --- | --- | --- |")
		m.row(mdText(v.Error.Operation), mdText(v.Error.Message), mdText(v.Error.Remedy))
	}
	m.next(v)
	m.upgrades(v)
	m.folded(fmt.Sprintf("%d criteria", len(v.Criteria)), func() { m.criteria(v) })
	if len(v.Faults) > 0 {
		m.folded(fmt.Sprintf("%d faults, with the results of the usual checks", len(v.Faults)), func() {
			m.faults(v)
			m.grids(v)
		})
	}
	m.routes(v)
	m.times(v)
	m.section("What was judged", "| | |", "| --- | --- |")
	m.row("bundle", mdText(v.Bundle.Path+" "+v.Bundle.Digest))
	if text := surveyLine(v.Bundle.Survey); text != "" {
		m.row("not as written", mdText(text))
	}
	if v.Delivery != nil {
		m.row("delivered by", mdText(v.Delivery.String()))
	}
	m.row("cluster", mdText(clusterText(v.Cluster)))
	m.row("suite", mdText("edgeproof "+v.Suite.Version+", "+v.Suite.GoVersion))
	m.row("seal", mdText(sealLine(v)))
	if m.left > 0 {
		fmt.Fprintf(&m.out, "\n%d lines did not fit here; report.html and verdict.json have them all.\n", m.left)
	}
	if _, err := w.Write(m.out.Bytes()); err != nil {
		return fmt.Errorf("write the summary: %w", err)
	}
	return nil
}

type markdown struct {
	out  bytes.Buffer
	left int
}

func (m *markdown) line(s string) {
	if m.out.Len()+len(s) > markdownLimit {
		m.left++
		return
	}
	m.out.WriteString(s)
	m.out.WriteByte('\n')
}

func (m *markdown) section(title string, lines ...string) {
	m.line("")
	m.line("## " + title)
	m.line("")
	for _, l := range lines {
		m.line(l)
	}
}

func (m *markdown) row(cells ...string) { m.line("| " + strings.Join(cells, " | ") + " |") }

// troubles lists everything that is not passed with its reason and objects, failures first.
func (m *markdown) troubles(v *verdict.Verdict) {
	all := troubles(v)
	if len(all) == 0 {
		return
	}
	m.section("What is not proved", "| | what | why | objects |", "| --- | --- | --- | --- |")
	for _, t := range all {
		m.row(mark(t.Result)+" "+string(t.Result), mdText(t.What), mdText(t.Reason), mdText(strings.Join(t.Objects, "\n")))
	}
}

func (m *markdown) criteria(v *verdict.Verdict) {
	m.section("Criteria", "| | id | criterion | time |", "| --- | --- | --- | ---: |")
	for _, c := range v.Criteria {
		m.row(mark(c.Result)+" "+mdText(string(c.Result)), mdText(string(c.ID)), mdCriterion(c.ID, c.Text), sec(c.Seconds))
	}
}

func (m *markdown) faults(v *verdict.Verdict) {
	if len(v.Faults) == 0 {
		return
	}
	m.section("Faults", "| | fault | layer | expected | diagnosed | cleared | detected after |",
		"| --- | --- | --- | --- | --- | --- | ---: |")
	for _, f := range v.Faults {
		m.row(mark(f.Result)+" "+mdText(string(f.Result)), mdText(f.ID), mdText(f.Layer),
			mdText(strings.Join(f.Expected, "\n")),
			mdText(strings.Join(f.Diagnosed, "\n")), mdText(strings.Join(f.Cleared, "\n")), sec(f.SecondsToDetect))
	}
}

func (m *markdown) grids(v *verdict.Verdict) {
	for _, g := range grids(v) {
		head, rule := make([]string, 0, len(g.Columns)), make([]string, 0, len(g.Columns))
		for _, c := range g.Columns {
			head, rule = append(head, mdText(c)), append(rule, "---")
		}
		m.section(g.Title)
		m.row(head...)
		m.row(rule...)
		for _, row := range g.Rows {
			cells := make([]string, 0, len(row))
			for _, c := range row {
				cells = append(cells, mdText(c))
			}
			m.row(cells...)
		}
		m.line("")
		for _, l := range g.Below {
			m.line("- " + mdText(l))
		}
	}
}

func (m *markdown) routes(v *verdict.Verdict) {
	if len(v.Routes) == 0 {
		return
	}
	m.section("Routes, seen by the external client", "| | host | resolves to | ingress address | HTTPS | HTTP | "+
		"certificate |", "| --- | --- | --- | --- | ---: | ---: | --- |")
	for _, r := range v.Routes {
		m.row(mark(r.Result)+" "+mdText(string(r.Result)), mdText(r.Host), mdText(strings.Join(r.Addresses, "\n")),
			mdText(r.Target),
			status(r.HTTPSStatus), status(r.HTTPStatus), mdText(certificateLine(r.Certificate)))
	}
}

func (m *markdown) times(v *verdict.Verdict) {
	m.section("Time", mdText(budgetLine(v.Budget)))
	if v.Convergence != nil {
		m.line("")
		m.line("| time to | here | allowed | baseline |")
		m.line("| --- | ---: | ---: | ---: |")
		for _, t := range v.Convergence.Times {
			allowed, baseline := "–", "–"
			if v.Convergence.HasBaseline() {
				allowed, baseline = sec(t.Limit(v.Convergence.Machine.Factor())), sec(t.BaselineSeconds)
			}
			m.row(mdText(t.To), sec(t.Seconds), allowed, baseline)
		}
	}
	if len(v.Phases) == 0 {
		return
	}
	m.line("")
	m.line("| phase | time | of it fixed delays |")
	m.line("| --- | ---: | ---: |")
	for _, p := range v.Phases {
		m.row(mdText(p.Name), sec(p.Seconds), sec(p.FixedDelaySeconds))
	}
}

// mdText makes s literal text for a table cell or a list item: nothing in it is markup, and line ends become breaks.
func mdText(s string) string {
	s = cut(clean(s), cellLimit)
	return strings.NewReplacer(
		"&", "&amp;", "<", "&lt;", ">", "&gt;", "@", "&#64;", "\n", "<br>", "\t", " ",
		`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "{", `\{`, "}", `\}`, "#", `\#`, "|", `\|`, "~",
		`\~`, "$", `\$`, "!", `\!`,
	).Replace(s)
}

// mdCriterion is the text of a criterion: the registry's own may use backticks, any other is literal.
func mdCriterion(id criteria.ID, text string) string {
	if c, ok := criteria.Lookup(id); ok && c.Text == text {
		return text
	}
	return mdText(text)
}

// clusterText is where a bundle ran, with what had to be switched on there.
func clusterText(c verdict.Cluster) string {
	text := "Kubernetes " + c.Kubernetes + " on " + c.Provider
	if c.Switches != "" {
		text += " with " + c.Switches
	}
	return text
}
