package report

import (
	"fmt"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// next lists what to do: the remedies of the findings, then what is not proved and how to reproduce it.
func (m *markdown) next(v *verdict.Verdict) {
	if len(v.Findings) > 0 {
		m.section("What to do next")
	}
	for _, f := range v.Findings {
		m.line("**" + mdText(oneLine(f.Summary)) + "** (" + mdText(f.Cause()+" at "+f.Object) + ")")
		m.line("")
		for _, e := range f.Evidence {
			m.line("- " + mdText(oneLine(e)))
		}
		if f.Remedy != "" {
			m.line("- remedy: " + mdText(oneLine(f.Remedy)))
		}
		m.line("")
		if f.Command != "" {
			m.line(mdCode(f.Command))
			m.line("")
		}
	}
	m.troubles(v)
	again := reproductions(v)
	if len(again) > 0 {
		m.line("")
		m.line("Reproduce:")
		m.line("")
	}
	for _, command := range again {
		m.line(mdCode(command))
	}
}

// upgrades says what the change of the bundle did to the external clients, and to what the edge keeps.
func (m *markdown) upgrades(v *verdict.Verdict) {
	for _, u := range v.Upgrades {
		m.section(mark(u.Result())+" "+mdText(string(u.Direction))+
			" under traffic", "| host | probes | sent | failed |", "| --- | --- | ---: | ---: |")
		for _, p := range u.Probes {
			m.row(mdText(p.Host), mdText(string(p.Kind)), fmt.Sprint(p.Sent), fmt.Sprint(p.Failed))
		}
		m.line("")
		m.line("| | what must not happen | compared | seen |")
		m.line("| --- | --- | --- | --- |")
		for _, p := range promises(u) {
			m.row(mark(p.Result)+" "+string(p.Result), mdText(p.What), mdText(p.Compared),
				or(mdText(strings.Join(p.Seen, "\n")), "none"))
		}
	}
}

// folded opens a part that GitHub shows on demand: what passed is of interest to few.
func (m *markdown) folded(title string, write func()) {
	m.line("")
	m.line("<details><summary>" + title + "</summary>")
	write()
	m.line("")
	m.line("</details>")
}
