package report

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// Style is how a terminal wants to be written to.
type Style struct {
	Color bool
	// Width is the number of columns to wrap at; 0 means no wrapping, as a file or a CI log wants it.
	Width int
}

// StyleOf asks f what it is. Colours go to a terminal only, and not when NO_COLOR is set to anything
// (no-color.org) or TERM is dumb. getenv is os.Getenv.
func StyleOf(f *os.File, getenv func(string) string) Style {
	fd := int(f.Fd())
	if !term.IsTerminal(fd) {
		return Style{}
	}
	s := Style{Color: getenv("NO_COLOR") == "" && getenv("TERM") != "dumb"}
	if w, _, err := term.GetSize(fd); err == nil {
		s.Width = w
	}
	return s
}

// Terminal writes the verdict for someone at a terminal or in a log: the criteria first, and the decision last,
// where the eye is.
func Terminal(w io.Writer, v *verdict.Verdict, style Style) error {
	t := &terminal{style: style}
	for _, f := range families(v) {
		if v.Specs.Planned == 0 {
			break // nothing ran: thirty lines would say so, and the one that tells why would be lost
		}
		t.title(f.Title)
		for _, c := range f.Criteria {
			t.item(c.Result, fmt.Sprintf("%-5s %s", oneLine(string(c.ID)), oneLine(strings.ReplaceAll(c.Text, "`", ""))),
				sec(c.Seconds))
			t.why(c.Result, c.Reason, c.Objects)
		}
	}
	if len(v.Faults) > 0 {
		t.title("Faults")
	}
	for _, f := range v.Faults {
		t.item(f.Result, oneLine(f.ID)+": "+or(oneLine(strings.Join(f.Diagnosed, ", ")), "nothing diagnosed"),
			"detected after "+sec(f.SecondsToDetect))
		t.why(f.Result, f.Reason, f.Objects)
	}
	for _, g := range grids(v) {
		if len(g.Below) == 0 {
			continue
		}
		t.title(g.Title) // the tables themselves are in the files
		for _, l := range g.Below {
			t.wrap("    ", oneLine(l), "      ")
		}
	}
	t.changes(v)
	t.next(v)
	t.title("Run")
	for _, p := range v.Phases {
		line := oneLine(p.Name) + ": " + sec(p.Seconds)
		if p.FixedDelaySeconds > 0 {
			line += ", of it fixed delays " + sec(p.FixedDelaySeconds)
		}
		t.wrap("    ", line, "      ")
	}
	t.wrap("    ", "time: "+budgetLine(v.Budget), "      ")
	if v.Delivery != nil {
		t.wrap("    ", "delivered by "+oneLine(v.Delivery.String()), "      ")
	}
	t.wrap("    ", "seal: "+sealLine(v), "      ")
	if v.Error != nil {
		t.out.WriteByte('\n')
		for _, l := range strings.Split(errorText(v.Error), "\n") {
			t.wrap("", l, "  ")
		}
	}
	t.out.WriteByte('\n')
	t.color(colorOf(v.Result), func() { t.wrap("", mark(v.Result)+" "+headline(v), "  ") })
	for _, r := range v.Reasons {
		if v.Error != nil && strings.Contains(r, v.Error.Operation) {
			continue // just printed, whole
		}
		t.wrap("  - ", oneLine(r), "    ")
	}
	if _, err := w.Write(t.out.Bytes()); err != nil {
		return fmt.Errorf("write to the terminal: %w", err)
	}
	return nil
}

type terminal struct {
	out   bytes.Buffer
	style Style
}

func (t *terminal) title(s string) {
	if t.out.Len() > 0 {
		t.out.WriteByte('\n')
	}
	t.color("1", func() { t.wrap("", s, "") })
}

// item writes a line with its mark. A result that the mark alone does not tell is named beside the note.
func (t *terminal) item(r verdict.Result, text, note string) {
	if r != verdict.Passed && r != verdict.Failed {
		note = oneLine(string(r)) + ", " + note
	}
	t.out.WriteString("  ")
	t.color(colorOf(r), func() { t.out.WriteString(mark(r)) })
	t.wrapFrom(4, " ", text+" ("+note+")", "          ")
}

// why prints the reason and the objects of what did not pass.
func (t *terminal) why(r verdict.Result, reason string, objects []string) {
	if r == verdict.Passed {
		return
	}
	for _, l := range strings.Split(because(reason, objects), "\n") {
		if l != "" {
			t.wrap("          ", l, "            ")
		}
	}
}

func (t *terminal) color(code string, write func()) {
	if !t.style.Color {
		write()
		return
	}
	t.out.WriteString("\x1b[" + code + "m")
	write()
	if b := t.out.Bytes(); len(b) > 0 && b[len(b)-1] == '\n' { // a colour must not reach into the next line
		t.out.Truncate(len(b) - 1)
		t.out.WriteString("\x1b[0m\n")
		return
	}
	t.out.WriteString("\x1b[0m")
}

// colorOf is the SGR code (ECMA-48 8.3.117) of a result: green, red or yellow.
func colorOf(r verdict.Result) string {
	switch r {
	case verdict.Pass, verdict.Passed:
		return "32"
	case verdict.Fail, verdict.Failed, verdict.Errored:
		return "31"
	default:
		return "33"
	}
}

func (t *terminal) wrap(first, text, rest string) { t.wrapFrom(columns(first), first, text, rest) }

// wrapFrom writes text in lines no wider than the terminal: prefix before the first, which brings it to column
// at, and rest before the others. A word that is wider than the terminal has a line to itself and is left
// whole, so that it can be copied.
func (t *terminal) wrapFrom(at int, prefix, text, rest string) {
	if t.style.Width <= len(rest)+10 { // not a terminal, or too narrow for wrapping to help
		t.out.WriteString(prefix + text + "\n")
		return
	}
	t.out.WriteString(prefix)
	col, start := at, true
	for _, word := range strings.Split(text, " ") {
		w := columns(word)
		switch {
		case start:
		case col+1+w > t.style.Width:
			t.out.WriteString("\n" + rest)
			col = len(rest)
		default:
			t.out.WriteByte(' ')
			col++
		}
		t.out.WriteString(word)
		col += w
		start = false
	}
	t.out.WriteByte('\n')
}
