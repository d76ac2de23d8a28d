// Package timeline puts what Kubernetes, the fake internet and the suite itself saw of a run on one clock, in
// the words of a verdict and bounded in size, and finds the entries that a verdict rests on.
//
// It is given events and journals, and requests none.
package timeline

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	core "k8s.io/api/core/v1"

	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/verdict"
	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// Most is how many entries the time line of a verdict holds.
const Most = 1500

// maxText bounds a subject and a text, in bytes.
const maxText = 240

// Recorder gathers what is seen while a run goes on. It is safe for concurrent use.
type Recorder struct {
	mu     sync.Mutex
	events map[string]core.Event // by UID, as last seen: a namespace that is deleted takes its events along
	names  map[string]string     // of clients, by IP address
	marks  []verdict.Entry
}

// See keeps the events of a look, and learns which pod has which address.
func (r *Recorder) See(s *facts.Snapshot) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.events == nil {
		r.events, r.names = map[string]core.Event{}, map[string]string{}
	}
	for _, e := range s.Events {
		r.events[string(e.UID)] = e
	}
	for _, p := range s.Pods {
		if p.Status.PodIP != "" && !p.Spec.HostNetwork {
			r.names[p.Status.PodIP] = component(p)
		}
	}
}

// component is the name of a pod without what its controllers add.
func component(p core.Pod) string {
	for _, label := range []string{"app.kubernetes.io/name", "app.kubernetes.io/component", "app", "k8s-app"} {
		if name := p.Labels[label]; name != "" {
			return name
		}
	}
	return p.Name
}

// Lasted notes something that the suite itself did, from one time to another.
func (r *Recorder) Lasted(subject, text string, from, to time.Time, failed bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.marks = append(r.marks, verdict.Entry{
		Time: from.UTC(), Until: to.UTC(), Source: verdict.SourcePhase, Subject: bounded(subject), Text: bounded(text),
		Failed: failed,
	})
}

// Line is the whole time line since some time, in order and not yet bounded.
func (r *Recorder) Line(since time.Time, seen []api.JournalEntry) []verdict.Entry {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := slices.Clone(r.marks)
	for _, uid := range slices.Sorted(maps.Keys(r.events)) {
		out = append(out, ofEvent(r.events[uid]))
	}
	out = append(out, fold(seen, r.names)...)
	out = slices.DeleteFunc(out, func(e verdict.Entry) bool { return latest(e.Time, e.Until).Before(since) })
	slices.SortStableFunc(out, func(a, b verdict.Entry) int { return a.Time.Compare(b.Time) })
	count := map[verdict.Source]int{}
	for n := range out {
		e := &out[n]
		count[e.Source]++
		e.ID = fmt.Sprintf("%s-%d", e.Source, count[e.Source])
		e.Time, e.Until = e.Time.Round(time.Millisecond), e.Until.Round(time.Millisecond)
		if e.Until.Before(e.Time) {
			e.Until = time.Time{}
		}
	}
	return out
}

// ofEvent is a Kubernetes event. Old clients count in the event, newer ones in its series.
func ofEvent(e core.Event) verdict.Entry {
	out := verdict.Entry{
		Time: e.FirstTimestamp.Time, Until: e.LastTimestamp.Time, Count: int(e.Count), Source: verdict.SourceEvent,
		Subject: bounded(object(e.InvolvedObject)), Text: bounded(e.Reason + ": " +
			strings.Join(strings.Fields(e.Message), " ")),
		Failed: e.Type == core.EventTypeWarning,
	}
	if out.Time.IsZero() {
		out.Time = e.EventTime.Time
	}
	if out.Time.IsZero() {
		out.Time = e.CreationTimestamp.Time
	}
	if e.Series != nil {
		out.Count, out.Until = int(e.Series.Count), e.Series.LastObservedTime.Time
	}
	out.Time, out.Until = out.Time.UTC(), out.Until.UTC()
	if out.Count <= 1 || !out.Until.After(out.Time) {
		out.Count, out.Until = 0, time.Time{}
	}
	return out
}

func object(o core.ObjectReference) string {
	if o.Namespace == "" {
		return o.Kind + " " + o.Name
	}
	return o.Kind + " " + o.Namespace + "/" + o.Name
}

func bounded(s string) string {
	if len(s) <= maxText {
		return s
	}
	return strings.ToValidUTF8(s[:maxText], "") + "…"
}
