package timeline

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// Query says which entries show something.
type Query struct {
	// From and To bound the time; a zero one does not.
	From, To time.Time
	// Sources are those that matter; none means all but the suite itself.
	Sources []verdict.Source
	// About are texts of which one must be in the subject or the text.
	About []string
	// Most is how many are cited at the most. What failed comes first, then what comes first.
	Most int
}

// Cite finds the entries, in the time line's order.
func Cite(line []verdict.Entry, q Query) []string {
	var found []verdict.Entry
	for _, e := range line {
		if q.match(e) {
			found = append(found, e)
		}
	}
	if q.Most > 0 && len(found) > q.Most {
		kept := slices.Clone(found)
		slices.SortStableFunc(kept, func(a, b verdict.Entry) int { return rank(a) - rank(b) })
		kept = kept[:q.Most]
		slices.SortStableFunc(kept, func(a, b verdict.Entry) int { return a.Time.Compare(b.Time) })
		found = kept
	}
	out := make([]string, 0, len(found))
	for _, e := range found {
		out = append(out, e.ID)
	}
	return out
}

// AddPhases puts the phases of a run among what the suite did itself.
func AddPhases(v *verdict.Verdict) {
	for n, p := range v.Phases {
		if p.Started.IsZero() {
			continue
		}
		started := p.Started.Round(time.Millisecond)
		v.Timeline = append(v.Timeline, verdict.Entry{
			ID: fmt.Sprintf("run-%d", n+1), Time: started, Until: started.Add(time.Duration(p.Seconds * float64(time.Second))),
			Source: verdict.SourcePhase, Subject: "phase " + p.Name, Text: fmt.Sprintf("took %.1f s", p.Seconds),
		})
	}
	slices.SortStableFunc(v.Timeline, func(a, b verdict.Entry) int { return a.Time.Compare(b.Time) })
}

func rank(e verdict.Entry) int {
	if e.Failed {
		return 0
	}
	return 1
}

func (q Query) match(e verdict.Entry) bool {
	end := latest(e.Time, e.Until)
	if !q.From.IsZero() && end.Before(q.From) || !q.To.IsZero() && e.Time.After(q.To) {
		return false
	}
	if len(q.Sources) == 0 && e.Source == verdict.SourcePhase || len(q.Sources) > 0 &&
		!slices.Contains(q.Sources, e.Source) {
		return false
	}
	return slices.ContainsFunc(q.About, func(text string) bool {
		return text != "" && (strings.Contains(e.Subject, text) || strings.Contains(e.Text, text))
	})
}

// Cut leaves entries out until at most so many are left, and says how many went. What is cited and what the
// suite did itself stays longest, then what failed; the rest is thinned evenly, so that no part of the run is
// lost as a whole.
func Cut(line []verdict.Entry, cited map[string]bool, most int) (kept []verdict.Entry, omitted int) {
	if len(line) <= most {
		return line, 0
	}
	keep := map[string]bool{}
	for _, class := range []func(verdict.Entry) bool{
		func(e verdict.Entry) bool { return cited[e.ID] },
		func(e verdict.Entry) bool { return e.Source == verdict.SourcePhase },
		func(e verdict.Entry) bool { return e.Failed },
		func(verdict.Entry) bool { return true },
	} {
		var some []string
		for _, e := range line {
			if !keep[e.ID] && class(e) {
				some = append(some, e.ID)
			}
		}
		room := most - len(keep)
		for n := range min(room, len(some)) {
			keep[some[n*len(some)/min(room, len(some))]] = true
		}
	}
	for _, e := range line {
		if keep[e.ID] {
			kept = append(kept, e)
		}
	}
	return kept, len(line) - len(kept)
}
