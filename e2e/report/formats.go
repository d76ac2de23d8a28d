package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// Writer writes a verdict in one format.
type Writer func(io.Writer, *verdict.Verdict) error

// Formats lists the names that WriterOf knows.
func Formats() []string { return []string{"html", "md", "junit", "badge", "text"} }

// WriterOf is the writer of a format.
func WriterOf(format string) (Writer, error) {
	switch format {
	case "html":
		return HTML, nil
	case "md":
		return Markdown, nil
	case "junit":
		return JUnit, nil
	case "badge":
		return Badge, nil
	case "text":
		return func(w io.Writer, v *verdict.Verdict) error { return Terminal(w, v, Style{}) }, nil
	}
	return nil, fmt.Errorf("format %q is unknown; use %s", format, strings.Join(Formats(), ", "))
}
