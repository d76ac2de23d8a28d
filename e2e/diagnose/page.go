package diagnose

import (
	"fmt"
	"strings"
)

// Page is the vocabulary of the sections as a page in Markdown.
func Page(sections ...Section) string {
	var b strings.Builder
	b.WriteString("# Codes of the diagnosis\n\n" +
		"Generated from the code by `go test ./e2e/diagnose/rules -run TestPage -update`; do not edit. " +
		"Codes are stable:\none that is published is not given another meaning. " +
		"The layer is where to fix it, not where the symptom shows.\n")
	codes := Codes(sections...)
	for _, l := range append(Layers(), "") {
		if l == "" {
			b.WriteString("\n## any layer\n\n")
		} else {
			fmt.Fprintf(&b, "\n## %s\n\n", l)
		}
		b.WriteString("| code | meaning | evidence | remedy |\n|---|---|---|---|\n")
		for _, e := range codes {
			if e.Layer == l {
				fmt.Fprintf(
					&b,
					"| `%s` | %s | %s | %s |\n",
					e.Code,
					cell(e.Meaning),
					cell(e.Evidence),
					cell(e.Remedy),
				)
			}
		}
	}
	return b.String()
}

func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
