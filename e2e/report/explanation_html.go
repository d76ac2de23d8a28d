package report

import (
	_ "embed" // for the page
	"fmt"
	"html/template"
	"io"
	"time"
)

//go:embed explanation.html.tmpl
var explanationPage string

// ExplanationHTML writes an explanation as one page, without scripts or anything to fetch.
func ExplanationHTML(w io.Writer, e *Explanation) error {
	t, err := template.New("explanation").Funcs(template.FuncMap{
		"clean": clean, "mark": layerMark, "state": routeState, "name": routeName, "text": layerText,
		"time": func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 MST") },
	}).Parse(explanationPage)
	if err != nil {
		return fmt.Errorf("read the explanation's template: %w", err)
	}
	style := asset("base.css") + asset("explanation.css")
	if err := t.Execute(w, struct {
		*Explanation
		Tally   string
		Missing []string
		Support []string
		Policy  string
		Style   template.CSS
	}{
		e, tally(e), unread(e), lifecycleNotes(e), policy(style, ""),
		template.CSS(style), //nolint:gosec // G203: the project's own file, compiled in
	}); err != nil {
		return fmt.Errorf("write the explanation: %w", err)
	}
	return nil
}
