package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// trouble is something that did not pass, whatever it is.
type trouble struct {
	What    string
	Result  verdict.Result
	Reason  string
	Objects []string
	File    string
	Line    int
	// many is set when What is a list of ids.
	many bool
}

// troubles lists all that is not proved: failures first, then the rest, each in the verdict's order. A spec that carries criteria
// is told by them, with the place where it is written.
func troubles(v *verdict.Verdict) []trouble {
	var out []trouble
	for _, c := range v.Criteria {
		t := trouble{What: string(c.ID) + " " + strings.ReplaceAll(c.Text, "`", ""), Result: c.Result, Reason: c.Reason, Objects: c.Objects}
		for _, s := range v.Specs.List {
			if t.File == "" && s.Result == c.Result && slices.Contains(s.Criteria, c.ID) {
				t.File, t.Line = s.File, s.Line
			}
		}
		out = alike(out, string(c.ID), t)
	}
	for _, s := range v.Specs.List {
		if len(s.Criteria) == 0 {
			out = append(out, trouble{What: s.Name, Result: s.Result, Reason: s.Reason, Objects: s.Objects, File: s.File, Line: s.Line})
		}
	}
	for _, f := range v.Faults {
		out = append(out, trouble{What: "fault " + f.ID + ": " + or(f.Title, "no title"), Result: f.Result, Reason: f.Reason, Objects: f.Objects})
	}
	for _, r := range v.Routes {
		out = append(out, trouble{What: "route " + r.Host, Result: r.Result, Reason: r.Reason})
	}
	out = slices.DeleteFunc(out, func(t trouble) bool { return t.Result == verdict.Passed })
	slices.SortStableFunc(out, func(a, b trouble) int {
		switch {
		case a.Result == b.Result:
			return 0
		case verdict.Worse(a.Result, b.Result) == a.Result:
			return -1
		}
		return 1
	})
	return out
}

// alike adds a criterion's trouble, or its id alone to the trouble before it when both are without objects and say the same: a run
// that stopped early would otherwise say one thing of every criterion.
func alike(list []trouble, id string, t trouble) []trouble {
	if n := len(list); n > 0 && len(t.Objects)+len(list[n-1].Objects) == 0 && t.Result == list[n-1].Result && t.Reason == list[n-1].Reason {
		before, _, _ := strings.Cut(list[n-1].What, " ")
		if list[n-1].many {
			before = list[n-1].What
		}
		list[n-1] = trouble{What: before + ", " + id, Result: t.Result, Reason: t.Reason, many: true}
		return list
	}
	return append(list, t)
}

// status prints an HTTP status; a dash when there was no answer.
func status(code int) string {
	if code == 0 {
		return "–"
	}
	return fmt.Sprintf("%d", code)
}

func certificateLine(c *verdict.Certificate) string {
	if c == nil {
		return "none served"
	}
	trust := "trusted"
	if !c.Trusted {
		trust = "NOT trusted"
	}
	return fmt.Sprintf("%s, issued by %s for %s, until %s", trust, c.Issuer, or(strings.Join(c.Names, ", "), "no name"), c.NotAfter.UTC().Format("2006-01-02 15:04 MST"))
}
