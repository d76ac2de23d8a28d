package report

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// clean makes text of foreign origin safe to print anywhere: terminal escape sequences, control characters and
// the marks that turn the direction of writing are removed, line ends become \n, and invalid UTF-8 becomes
// U+FFFD.
func clean(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = withoutEscapes(s)
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.ReplaceAll(s, "\r", "\n")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t':
			return r
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == '\u2028', r == '\u2029', r == 0xFFFE,
			r == 0xFFFF:
			return -1
		}
		return r
	}, s))
}

// withoutEscapes drops terminal control sequences (ECMA-48 8.3): CSI up to its final byte, OSC up to BEL or the
// next escape, and any other escape with the one byte after it.
func withoutEscapes(s string) string {
	if !strings.Contains(s, "\x1b") {
		return s
	}
	var out strings.Builder
	for {
		before, after, found := strings.Cut(s, "\x1b")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		s = after[escape(after):]
	}
}

// escape is the length of the sequence that begins right after an escape character.
func escape(s string) int {
	switch {
	case s == "":
		return 0
	case s[0] == '[':
		for i := 1; i < len(s); i++ {
			if s[i] >= '@' && s[i] <= '~' {
				return i + 1
			}
			if s[i] < ' ' || s[i] > '~' { // not a sequence after all: keep what follows
				return i
			}
		}
		return len(s)
	case s[0] == ']':
		if i := strings.IndexAny(s, "\a\x1b"); i >= 0 {
			if s[i] == '\a' {
				i++
			}
			return i
		}
		return len(s)
	}
	_, n := utf8.DecodeRuneInString(s)
	return n
}

func cleanAll(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = clean(s)
	}
	return out
}

// oneLine is s cleaned, with every run of white space as one blank.
func oneLine(s string) string { return strings.Join(strings.Fields(clean(s)), " ") }

// cut shortens s to at most n bytes at a character's edge, and says so.
func cut(s string, n int) string {
	const mark = " … (cut)"
	if len(s) <= n {
		return s
	}
	n = max(0, n-len(mark))
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + mark
}

// because is a reason with the objects that it names, one to a line.
func because(reason string, objects []string) string {
	out := clean(reason)
	for _, o := range objects {
		out += "\nobject: " + oneLine(o)
	}
	return strings.TrimSpace(out)
}

// errorText is a suite's error in lines: what, why, and the remedy.
func errorText(e *verdict.Error) string {
	out := clean(e.Operation) + ": " + clean(e.Message)
	if e.Remedy != "" {
		out += "\nremedy: " + clean(e.Remedy)
	}
	return out
}

// head is the first line of s, kept short enough for a title.
func head(s string) string {
	first, _, _ := strings.Cut(clean(s), "\n")
	return cut(first, 240)
}

// union appends to a those of b that it lacks.
func union(a, b []string) []string {
	for _, x := range b {
		if !slices.Contains(a, x) {
			a = append(a, x)
		}
	}
	return a
}
