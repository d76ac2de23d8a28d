package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// Writer writes a verdict in one format.
type Writer func(io.Writer, *verdict.Verdict) error

// ExplanationWriter writes an explanation in one format.
type ExplanationWriter func(io.Writer, *Explanation) error

// format is one output format under the name that every command knows it by, and what writes each kind of
// document in it.
type format struct {
	name        string
	verdict     func(Style) Writer
	explanation func(Style) ExplanationWriter
}

// formats is the one list of output formats, in the order of help texts.
func formats() []format {
	return []format{
		{
			"text",
			func(s Style) Writer {
				return func(w io.Writer, v *verdict.Verdict) error { return Terminal(w, v, s) }
			},
			func(s Style) ExplanationWriter {
				return func(w io.Writer, e *Explanation) error { return ExplanationText(w, e, s) }
			},
		},
		{"json", plainly(JSON), explainedBy(ExplanationJSON)},
		{"html", plainly(HTML), explainedBy(ExplanationHTML)},
		{"markdown", plainly(Markdown), explainedBy(ExplanationMarkdown)},
		{"junit", plainly(JUnit), nil},
		{"badge", plainly(Badge), nil},
	}
}

// plainly is a writer of verdicts that has no style.
func plainly(write Writer) func(Style) Writer { return func(Style) Writer { return write } }

// explainedBy is a writer of explanations that has no style.
func explainedBy(write ExplanationWriter) func(Style) ExplanationWriter {
	return func(Style) ExplanationWriter { return write }
}

// Formats lists the formats of a verdict.
func Formats() []string { return names(func(f format) bool { return f.verdict != nil }) }

// ExplanationFormats lists the formats of an explanation.
func ExplanationFormats() []string { return names(func(f format) bool { return f.explanation != nil }) }

// WriterOf is the writer of verdicts in a format.
func WriterOf(name string, style Style) (Writer, error) {
	for _, f := range formats() {
		if f.name == name && f.verdict != nil {
			return f.verdict(style), nil
		}
	}
	return nil, unknownFormat(name, Formats())
}

// ExplanationWriterOf is the writer of explanations in a format.
func ExplanationWriterOf(name string, style Style) (ExplanationWriter, error) {
	for _, f := range formats() {
		if f.name == name && f.explanation != nil {
			return f.explanation(style), nil
		}
	}
	return nil, unknownFormat(name, ExplanationFormats())
}

func unknownFormat(name string, known []string) error {
	return fmt.Errorf("output format %q is unknown; use %s", name, strings.Join(known, ", "))
}

func names(has func(format) bool) []string {
	var out []string
	for _, f := range formats() {
		if has(f) {
			out = append(out, f.name)
		}
	}
	return out
}
