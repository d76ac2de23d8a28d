package suite

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/evidence"
	"github.com/edgeproof/edgeproof/e2e/fault"
	"github.com/edgeproof/edgeproof/e2e/faultrun"
	"github.com/edgeproof/edgeproof/e2e/report"
	"github.com/edgeproof/edgeproof/e2e/timeline"
	"github.com/edgeproof/edgeproof/e2e/verdict"
	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// The most entries that a verdict cites as evidence.
const (
	citedByCriterion = 16
	citedByFault     = 30
)

// life is when a fault was injected and when it was removed.
type life struct{ injected, removed time.Time }

// noteLife puts a fault's life on the time line.
func (e *edge) noteLife(f fault.Fault, r faultrun.Result) {
	if r.Injected.IsZero() {
		return
	}
	text := fmt.Sprintf("injected, seen after %.1f s, recovered %.1f s after its removal", r.Record.SecondsToDetect,
		r.Record.SecondsToRecover)
	if r.Err != nil {
		text = "injected, and not proved: " + r.Err.Error()
	}
	e.recorder.Lasted("fault "+f.ID, text, r.Injected, r.Removed, r.Err != nil)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.lives[f.ID] = life{r.Injected, r.Removed}
}

// noteSpec puts a spec on the time line when it took a second or failed. Faults have entries of their own.
func (e *edge) noteSpec(r SpecReport) {
	if short := r.RunTime < time.Second && !r.Failed(); short || slices.Contains(r.Labels(), "fault") {
		return
	}
	id, _, _ := strings.Cut(r.LeafNodeText, " ")
	e.recorder.Lasted("spec "+id, r.LeafNodeText, r.EndTime.Add(-r.RunTime), r.EndTime, r.Failed())
}

// noteUpgrade puts a change of the bundle on the time line. A failed change is diagnosed at once, while it lasts.
func (e *edge) noteUpgrade(ctx context.Context, u verdict.Upgrade) {
	ended := u.Started.Add(time.Duration(u.Seconds * float64(time.Second)))
	e.recorder.Lasted(string(u.Direction), u.From.Path+" → "+u.To.Path, u.Started, ended, u.Result() != verdict.Passed)
	if u.Result() != verdict.Passed {
		e.recordFindings(ctx)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.moves = append(e.moves, u)
}

// recordTimeline adds the events of the run to the verdict, and the evidence of each result. A failure here
// changes no result.
func (e *edge) recordTimeline(ctx context.Context, faults []fault.Fault) {
	e.Look(ctx) // what happened since the last look
	journal, err := e.Testbed.Internet.Journal(ctx, api.JournalFilter{})
	if err != nil {
		e.warn("the time line lacks what the fake internet saw: %v", err)
	}
	line := e.recorder.Line(e.config.Started, journal.Entries)
	if len(line) == 0 {
		return
	}
	cites := report.Cites{
		Omitted: int(journal.Dropped), //nolint:gosec // a count of entries
		Of:      map[string][]string{},
	}
	for _, c := range criteria.All() {
		if q, found := e.rests(c); found {
			cites.Of[string(c.ID)] = timeline.Cite(line, q)
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, f := range faults {
		if l, lived := e.lives[f.ID]; lived {
			cites.Of[f.ID] = timeline.Cite(line, e.restsOf(f, l))
		}
	}
	for _, u := range e.moves {
		cites.Of[string(u.Direction)] = timeline.Cite(line, restsOfUpgrade(u))
	}
	cited := map[string]bool{}
	for _, ids := range cites.Of {
		for _, id := range ids {
			cited[id] = true
		}
	}
	line, omitted := timeline.Cut(line, cited, timeline.Most)
	cites.Omitted += omitted
	AddReportEntry(report.EntryTimeline, line, ReportEntryVisibilityNever)
	AddReportEntry(report.EntryCites, cites, ReportEntryVisibilityNever)
}

// rests selects the entries that show whether a criterion is met; false for those that are read from objects alone.
func (e *edge) rests(c criteria.Criterion) (timeline.Query, bool) {
	q := timeline.Query{Most: citedByCriterion, To: e.broken()}
	own := []string{}
	for _, route := range e.Target.Routes {
		own = append(own, route.Hosts...)
		own = append(own, " "+route.Namespace+"/")
	}
	switch c.Shown {
	case criteria.BySyncs:
		q.Sources, q.About = []verdict.Source{verdict.SourceAPI, verdict.SourceEvent}, []string{e.ExternalDNS}
	case criteria.ByIssuers:
		q.Sources, q.About = []verdict.Source{verdict.SourceACME, verdict.SourceEvent},
			[]string{"ClusterIssuer", "new-account", "directory"}
	case criteria.ByProbes:
		q.Sources, q.About = []verdict.Source{verdict.SourceProbe, verdict.SourceDNS}, e.Target.Hosts()
	case criteria.ByIssuance:
		q.Sources, q.About = []verdict.Source{verdict.SourceEvent, verdict.SourceACME, verdict.SourceAPI}, own
	case criteria.ByRoutes:
		q.Sources, q.About = []verdict.Source{verdict.SourceEvent}, own
	case criteria.ByPods:
		q.Sources, q.About = []verdict.Source{verdict.SourceEvent},
			[]string{"Pod " + e.Target.Namespace + "/", "Pod " + e.Target.Controller.Namespace + "/"}
	default:
		return q, false
	}
	return q, true
}

// broken is when the first fault was injected; zero when none was. The journey was judged before.
func (e *edge) broken() time.Time {
	e.mu.Lock()
	defer e.mu.Unlock()
	var first time.Time
	for _, l := range e.lives {
		if first.IsZero() || l.injected.Before(first) {
			first = l.injected
		}
	}
	return first
}

// restsOf selects the entries that show a fault: what concerns its route while it was active, and for one that
// affects every route, the users of the credential.
func (e *edge) restsOf(f fault.Fault, l life) timeline.Query {
	own := e.Variables(f)
	q := timeline.Query{
		From: l.injected.Add(-time.Second), To: l.removed.Add(time.Second), Most: citedByFault,
		Sources: []verdict.Source{
			verdict.SourceEvent, verdict.SourceAPI, verdict.SourceDNS, verdict.SourceACME,
			verdict.SourceProbe,
		},
		About: []string{own["host"], " " + own["namespace"] + "/"},
	}
	if f.Watch != nil {
		q.About = append(q.About, f.Watch.Host)
	}
	if f.Alone {
		q.About = append(q.About, "Pod "+e.Target.Namespace+"/", e.ExternalDNS+":")
	}
	return q
}

// restsOfUpgrade selects the entries that show a change of the bundle: what its clients met, and the changes of
// records and certificates.
func restsOfUpgrade(u verdict.Upgrade) timeline.Query {
	q := timeline.Query{
		From: u.Started.Add(-time.Second), To: u.Started.Add(time.Duration(u.Seconds*float64(time.Second)) + 5*time.Second),
		Most:    citedByFault,
		Sources: []verdict.Source{verdict.SourceEvent, verdict.SourceAPI, verdict.SourceACME, verdict.SourceProbe},
		About:   []string{"ClusterIssuer", "Deployment "},
	}
	for _, p := range u.Probes {
		q.About = append(q.About, p.Host)
	}
	return q
}

// recordFindings adds the causes of failures of the bundle's own routes to the verdict, with their remedies.
func (e *edge) recordFindings(ctx context.Context) {
	v, there := e.Look(ctx)
	if !there {
		return
	}
	for _, f := range evidence.Findings(criteria.Diagnoses(v.Explain, e.Target)) {
		AddReportEntry(report.EntryFinding, f, ReportEntryVisibilityNever)
	}
}
