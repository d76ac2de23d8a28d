package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// annotationLimit is how many annotations of one kind GitHub shows for a step; later ones would vanish in silence.
const annotationLimit = 10

// OnGitHub reports whether a GitHub workflow reads this process's output. getenv is os.Getenv.
func OnGitHub(getenv func(string) string) bool { return getenv("GITHUB_ACTIONS") == "true" }

// Annotations writes GitHub workflow commands (docs.github.com, "Workflow commands for GitHub Actions"): an
// error for each failure, a warning for each thing not proved. Every line of w that starts with "::" is a
// command to GitHub, so nothing may break a line.
func Annotations(w io.Writer, v *verdict.Verdict) error {
	var errs, warnings []string
	if v.Error != nil {
		errs = append(errs, annotation("error", trouble{What: v.Error.Operation, Reason: errorText(v.Error)}))
	}
	for _, t := range troubles(v) {
		if t.Result == verdict.Failed {
			errs = append(errs, annotation("error", t))
		} else {
			warnings = append(warnings, annotation("warning", t))
		}
	}
	for _, l := range append(few("error", errs), few("warning", warnings)...) {
		if _, err := io.WriteString(w, l+"\n"); err != nil {
			return fmt.Errorf("write annotations: %w", err)
		}
	}
	return nil
}

// few keeps what GitHub will show, and gives the last place to the count of the others.
func few(kind string, list []string) []string {
	if len(list) <= annotationLimit {
		return list
	}
	rest := len(list) - annotationLimit + 1
	return append(list[:annotationLimit-1:annotationLimit-1],
		annotation(kind, trouble{What: "edgeproof", Reason: fmt.Sprintf("%d more: see the summary of this run", rest)}))
}

func annotation(kind string, t trouble) string {
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	message := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	var props []string
	if t.File != "" {
		props = append(props, "file="+property.Replace(oneLine(t.File)), fmt.Sprintf("line=%d", t.Line))
	}
	props = append(props, "title="+property.Replace(head(oneLine(t.What))))
	return "::" + kind + " " + strings.Join(props, ",") + "::" +
		message.Replace(cut(or(because(t.Reason, t.Objects), "no reason given"), cellLimit))
}
