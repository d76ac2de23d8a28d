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
	// Attempts are those of a spec that was tried more than once; Reproduce is a command that shows it again.
	Attempts  []string
	Reproduce string
	Cites     []string
	// many is set when What is a list of ids.
	many bool
}

// troubles lists all that is not proved: failures first, then the rest, each in the verdict's order. A spec
// that carries criteria is text by them, with the place where it is written.
func troubles(v *verdict.Verdict) []trouble {
	var out []trouble
	for _, c := range v.Criteria {
		t := trouble{
			What: string(c.ID) + " " + strings.ReplaceAll(c.Text, "`", ""), Result: c.Result, Reason: c.Reason,
			Objects:   c.Objects,
			Reproduce: c.Reproduce, Cites: c.Cites,
		}
		for _, s := range v.Specs.List {
			if t.File == "" && s.Result == c.Result && slices.Contains(s.Criteria, c.ID) {
				t.File, t.Line, t.Attempts, t.Reproduce = s.File, s.Line, attempts(s), or(t.Reproduce, s.Reproduce)
			}
		}
		out = alike(out, string(c.ID), t)
	}
	for _, s := range v.Specs.List {
		if len(s.Criteria) == 0 {
			out = append(out, trouble{
				What: s.Name, Result: s.Result, Reason: s.Reason, Objects: s.Objects, File: s.File, Line: s.Line,
				Attempts: attempts(s), Reproduce: s.Reproduce,
			})
		}
	}
	for _, f := range v.Faults {
		out = append(out, trouble{
			What: "fault " + f.ID + ": " + or(f.Title, "no title"), Result: f.Result, Reason: f.Reason, Objects: f.Objects,
			Reproduce: f.Reproduce, Cites: f.Cites,
		})
	}
	for _, r := range v.Routes {
		out = append(out, trouble{What: "route " + r.Host, Result: r.Result, Reason: r.Reason})
	}
	for _, u := range v.Upgrades {
		out = append(out, trouble{
			What: string(u.Direction) + " from " + u.From.Path + " to " + u.To.Path, Result: u.Result(),
			Reason: strings.Join(u.Objections(), "\n"), Reproduce: u.Reproduce, Cites: u.Cites,
		})
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

// attempts are those of a spec that was tried more than once, each in a few words.
func attempts(s verdict.Spec) []string {
	var out []string
	for _, a := range s.History {
		said := string(a.Result) + " after " + sec(a.Seconds)
		if a.Reason != "" {
			said += ": " + head(a.Reason)
		}
		out = append(out, said)
	}
	return out
}

// alike adds a criterion's trouble, or its id alone to the trouble before it when both are without objects and
// say the same: a run that stopped early would otherwise say one thing of every criterion.
func alike(list []trouble, id string, t trouble) []trouble {
	if n := len(list); n > 0 && len(t.Objects)+len(list[n-1].Objects) == 0 && t.Result == list[n-1].Result &&
		t.Reason == list[n-1].Reason {
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
	return fmt.Sprintf("%s, issued by %s for %s, until %s", trust, c.Issuer, or(strings.Join(c.Names, ", "), "no name"),
		c.NotAfter.UTC().Format("2006-01-02 15:04 MST"))
}

// reproductions are the commands that show the troubles again, each once.
func reproductions(v *verdict.Verdict) []string {
	var out []string
	for _, t := range troubles(v) {
		if t.Reproduce != "" {
			out = union(out, []string{t.Reproduce})
		}
	}
	return out
}
