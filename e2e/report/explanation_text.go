package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

// Bounds that hold a route to one screen of 24 lines, with what could not be read below it.
const (
	screenWidth  = 100
	maxSummary   = 2
	maxEvidence  = 4
	maxRemedy    = 2
	maxFurther   = 3
	maxUnread    = 2
	maxLifecycle = 4
	commandStart = "  $ "
)

// ExplanationText writes an explanation for a person: the chain with a mark for each layer, the cause, its
// evidence, and what to do next. A route takes one screen at most, and healthy ones among several a line each;
// -o json has all of it.
func ExplanationText(w io.Writer, e *Explanation, style Style) error {
	if style.Width < 40 {
		style.Width = screenWidth
	}
	t := &explained{style: style, width: min(style.Width, screenWidth)}
	for _, d := range e.Routes {
		if d.Healthy && len(e.Routes) > 1 {
			t.line(stateColor(diagnose.Clear), "✓", routeName(d))
			continue
		}
		t.route(d)
	}
	if len(e.Routes) > 1 {
		t.gap()
		t.line("1", tally(e), "")
	}
	if missing := unread(e); len(missing) > 0 {
		t.gap()
		t.list("not read: ", missing, maxUnread)
	}
	if notes := lifecycleNotes(e); len(notes) > 0 {
		t.gap()
		t.list("note: ", notes, maxLifecycle)
	}
	if _, err := w.Write(t.out.Bytes()); err != nil {
		return fmt.Errorf("write the explanation: %w", err)
	}
	return nil
}

// explained is the text in the making.
type explained struct {
	out   bytes.Buffer
	style Style
	width int
}

func (t *explained) gap() {
	if t.out.Len() > 0 {
		t.out.WriteByte('\n')
	}
}

// line writes one line, cut to the width, the first part of it in colour.
func (t *explained) line(color, first, rest string) {
	first = fit(first, t.width)
	if rest != "" {
		rest = fit(" "+rest, t.width-columns(first))
	}
	if color != "" && t.style.Color {
		first = "\x1b[" + color + "m" + first + "\x1b[0m"
	}
	t.out.WriteString(first + rest + "\n")
}

func (t *explained) route(d diagnose.Diagnosis) {
	t.gap()
	state := routeState(d)
	t.line(stateColor(state), layerMark(state), routeName(d))
	for _, l := range d.Chain {
		t.line(stateColor(l.State), "  "+layerMark(l.State),
			fmt.Sprintf("%-17s %-8s %s", oneLine(string(l.Layer)), oneLine(string(l.State)), layerText(l)))
	}
	if len(d.Causes) > 0 {
		t.gap()
		t.cause(d.Causes[0])
	}
	var further []string
	for i, f := range d.Causes {
		if i > 0 {
			further = append(further, "also: "+brief(f))
		}
	}
	for _, f := range d.Notes {
		further = append(further, "note: "+brief(f))
	}
	if len(further) > 0 {
		t.gap()
	}
	t.list("", further, maxFurther)
}

func (t *explained) cause(f diagnose.Finding) {
	t.line("1", oneLine(string(f.Code))+":", oneLine(f.Object))
	t.wrapped("  ", f.Summary, maxSummary)
	var evidence []string
	for _, e := range f.Evidence {
		evidence = append(evidence, oneLine(e.Source)+": "+oneLine(e.Text))
	}
	t.list("  · ", evidence, maxEvidence)
	t.wrapped("  remedy: ", f.Remedy.Text, maxRemedy)
	if f.Remedy.Command != "" {
		t.out.WriteString(commandStart + oneLine(f.Remedy.Command) + "\n") // whole, to be copied
	}
}

// list writes lines up to a bound, and then how many there are more.
func (t *explained) list(prefix string, lines []string, most int) {
	shown := lines
	if len(lines) > most {
		shown = lines[:most-1]
	}
	for _, l := range shown {
		t.line("", prefix+l, "")
	}
	if more := len(lines) - len(shown); more > 0 {
		t.line("", fmt.Sprintf("%sand %d more, in -o json", prefix, more), "")
	}
}

// wrapped writes text in so many lines at most.
func (t *explained) wrapped(prefix, text string, most int) {
	indent := strings.Repeat(" ", columns(prefix))
	line, n := prefix, 0
	words := strings.Fields(clean(text))
	for i, word := range words {
		switch {
		case line == prefix || line == indent:
			line += word
		case columns(line)+1+columns(word) <= t.width:
			line += " " + word
		case n+1 == most:
			t.line("", line+" "+strings.Join(words[i:], " "), "")
			return
		default:
			t.line("", line, "")
			line, n = indent+word, n+1
		}
	}
	if len(words) > 0 {
		t.line("", line, "")
	}
}

// brief is a finding in one line.
func brief(f diagnose.Finding) string {
	return oneLine(string(f.Code)) + ": " + oneLine(f.Object) + ": " + oneLine(f.Summary)
}

// stateColor is the SGR code of a state, as colorOf is that of a result.
func stateColor(s diagnose.State) string {
	switch s {
	case diagnose.Clear:
		return "32"
	case diagnose.Broken:
		return "31"
	default:
		return "33"
	}
}
