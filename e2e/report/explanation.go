package report

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/lifecycle"
)

// Explanation is what was found out about the routes of one snapshot.
type Explanation struct {
	Format     string    `json:"apiVersion"`
	Kind       string    `json:"kind"`
	Time       time.Time `json:"time"`                 // of the snapshot
	Kubernetes string    `json:"kubernetes,omitempty"` // version of the API server
	Healthy    bool      `json:"healthy"`
	// Routes are the diagnoses, in the order in which they were asked for.
	Routes []diagnose.Diagnosis `json:"routes"`
	// Unread is what could not be looked at: a layer that needs it may be unknown for that.
	Unread []facts.Error `json:"unread,omitempty"`
	// Lifecycle says of the components what is out of support, or named by an advisory. It is no fault of a route.
	Lifecycle []lifecycle.Note `json:"lifecycle,omitempty"`
}

// Explain puts diagnoses together with what the snapshot lacks.
func Explain(s *facts.Snapshot, routes []diagnose.Diagnosis) *Explanation {
	e := &Explanation{
		Format: facts.Format, Kind: "Explanation", Time: s.Time, Kubernetes: s.Kubernetes, Healthy: true,
		Routes: routes,
	}
	for _, r := range routes {
		e.Healthy = e.Healthy && r.Healthy
	}
	for _, failed := range s.Errors {
		if !strings.HasSuffix(failed.Object, facts.PreviousRun) { // which a node need not have any more
			e.Unread = append(e.Unread, failed)
		}
	}
	return e
}

// Found says whether a fault was found: something is broken, stands behind what is broken, or waits.
func (e *Explanation) Found() bool {
	return slices.ContainsFunc(e.Routes, func(d diagnose.Diagnosis) bool {
		return len(d.Causes) > 0 || slices.ContainsFunc(d.Chain, func(l diagnose.Link) bool {
			return l.State == diagnose.Broken || l.State == diagnose.Blocked || l.State == diagnose.Waiting
		})
	})
}

// ExplanationJSON writes the whole explanation, for programs.
func ExplanationJSON(w io.Writer, e *Explanation) error {
	text, err := json.MarshalIndent(e, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the explanation: %w", err)
	}
	if _, err := w.Write(append(text, '\n')); err != nil {
		return fmt.Errorf("write the explanation: %w", err)
	}
	return nil
}

// layerMark is the mark of a layer's state, as mark is that of a result.
func layerMark(s diagnose.State) string {
	switch s {
	case diagnose.Clear:
		return "✓"
	case diagnose.Broken:
		return "✗"
	case diagnose.Blocked:
		return "-"
	case diagnose.Waiting:
		return "~"
	default:
		return "?"
	}
}

// routeState is that of a whole route: the worst of its layers.
func routeState(d diagnose.Diagnosis) diagnose.State {
	for _, s := range []diagnose.State{diagnose.Broken, diagnose.Waiting, diagnose.Blocked, diagnose.Unknown} {
		if slices.ContainsFunc(d.Chain, func(l diagnose.Link) bool { return l.State == s }) {
			return s
		}
	}
	if !d.Healthy {
		return diagnose.Unknown
	}
	return diagnose.Clear
}

// routeName is a route in one line.
func routeName(d diagnose.Diagnosis) string {
	if d.Ingress.Name == "" {
		return oneLine(d.Host) + " (no route has it)"
	}
	return oneLine(d.Host) + " (" + oneLine(d.Source().String()) + ")"
}

// layerText is what speaks for the state of a layer, and the code it is due to.
func layerText(l diagnose.Link) string {
	switch {
	case l.By == "":
		return oneLine(l.Seen)
	case l.Seen == "":
		return oneLine(string(l.By))
	}
	return oneLine(string(l.By)) + ": " + oneLine(l.Seen)
}

// tally counts routes by state, in words.
func tally(e *Explanation) string {
	counts := map[diagnose.State]int{}
	for _, d := range e.Routes {
		counts[routeState(d)]++
	}
	out := []string{}
	for _, s := range []struct {
		state diagnose.State
		word  string
	}{
		{diagnose.Clear, "healthy"},
		{diagnose.Broken, "broken"},
		{diagnose.Blocked, "blocked"},
		{diagnose.Waiting, "waiting"},
		{diagnose.Unknown, "unknown"},
	} {
		if n := counts[s.state]; n > 0 {
			out = append(out, fmt.Sprintf("%d %s", n, s.word))
		}
	}
	routes := "routes"
	if len(e.Routes) == 1 {
		routes = "route"
	}
	return fmt.Sprintf("%d %s: %s", len(e.Routes), routes, strings.Join(out, ", "))
}

// lifecycleNotes lists what is to know of the components, one line each.
func lifecycleNotes(e *Explanation) []string {
	var out []string
	for _, n := range e.Lifecycle {
		out = append(out, oneLine(n.Text))
	}
	return out
}

// unread lists what could not be looked at, one line for each part and reason.
func unread(e *Explanation) []string {
	var out []string
	for _, failed := range e.Unread {
		why := failed.Reason
		if why == "" {
			why = failed.Message
		}
		line := oneLine(string(failed.Part) + ": " + why)
		if !slices.Contains(out, line) {
			out = append(out, line)
		}
	}
	return out
}
