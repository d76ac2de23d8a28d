package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

// ExplanationMarkdown writes an explanation for an issue, a pull request or a chat.
func ExplanationMarkdown(w io.Writer, e *Explanation) error {
	m := &markdown{}
	m.line("# " + mdText(tally(e)))
	for _, d := range e.Routes {
		m.explained(d)
	}
	if missing := unread(e); len(missing) > 0 {
		m.section("Not read")
		for _, line := range missing {
			m.line("- " + mdText(line))
		}
	}
	if notes := lifecycleNotes(e); len(notes) > 0 {
		m.section("Support and advisories")
		for _, line := range notes {
			m.line("- " + mdText(line))
		}
	}
	if m.left > 0 {
		fmt.Fprintf(&m.out, "\n%d lines did not fit here; -o json has them all.\n", m.left)
	}
	if _, err := w.Write(m.out.Bytes()); err != nil {
		return fmt.Errorf("write the explanation: %w", err)
	}
	return nil
}

func (m *markdown) explained(d diagnose.Diagnosis) {
	m.section(layerMark(routeState(d))+" "+mdText(routeName(d)), "| layer | | seen |", "| --- | --- | --- |")
	for _, l := range d.Chain {
		m.row(mdText(string(l.Layer)), layerMark(l.State)+" "+mdText(string(l.State)), mdText(layerText(l)))
	}
	for i, f := range d.Causes {
		m.finding([]string{"Cause", "Also"}[min(i, 1)], f)
	}
	for _, f := range d.Notes {
		m.finding("Note", f)
	}
}

func (m *markdown) finding(title string, f diagnose.Finding) {
	m.line("")
	m.line("**" + title + ": " + mdText(oneLine(string(f.Code))) + "**, " + mdText(oneLine(f.Object)))
	m.line("")
	m.line(mdText(oneLine(f.Summary)))
	if len(f.Evidence) > 0 {
		m.line("")
	}
	for _, e := range f.Evidence {
		m.line("- " + mdText(oneLine(e.Source)) + ": " + mdText(oneLine(e.Text)))
	}
	if f.Remedy.Text != "" {
		m.line("")
		m.line("Remedy: " + mdText(oneLine(f.Remedy.Text)))
	}
	if f.Remedy.Command != "" {
		m.line("")
		m.line(mdCode(f.Remedy.Command))
	}
}

// mdCode is a block of code of one line that s cannot end: its fence is longer than any run of backticks in it
// (CommonMark 4.5).
func mdCode(s string) string {
	s = cut(oneLine(s), cellLimit)
	longest, run := 2, 0
	for _, r := range s {
		if run++; r != '`' {
			run = 0
		}
		longest = max(longest, run)
	}
	fence := strings.Repeat("`", longest+1)
	return fence + "sh\n" + s + "\n" + fence
}
