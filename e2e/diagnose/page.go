package diagnose

import (
	"fmt"
	"strings"
)

// Page is the vocabulary as a page in Markdown.
func Page() string {
	var b strings.Builder
	b.WriteString(`# Codes of the diagnosis

Generated from the code by ` + "`go test ./e2e/diagnose -run TestPage -update`" + `; do not edit. Codes are stable: one that is published is not
given another meaning. The layer says where the cure is, not where it hurts.
`)
	for _, l := range append(Layers(), "") {
		if l == "" {
			b.WriteString("\n## any layer\n\n")
		} else {
			fmt.Fprintf(&b, "\n## %s\n\n", l)
		}
		b.WriteString("| code | meaning | evidence | remedy |\n|---|---|---|---|\n")
		for _, e := range Codes() {
			if e.Layer == l {
				fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", e.Code, cell(e.Meaning), cell(e.Evidence), cell(e.Remedy))
			}
		}
	}
	return b.String()
}

func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
