package criteria

import (
	"cmp"
	"slices"
	"time"

	apps "k8s.io/api/apps/v1"

	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
)

func dw1() Criterion {
	return Criterion{
		ID: "DW-1", Text: "external-dns is reconciling without errors",
		Check: syncing, Needs: []facts.Part{facts.Deployments, facts.Pods, facts.Logs},
		Waits: ForRecords, Shown: BySyncs,
	}
}

// quoted bounds the lines of a log that reasons quote.
const quoted = 3

// syncing judges that the pod is ready, and the last sync was good and recent.
func syncing(v View) judge.Judgement {
	var j judge.Judgement
	s := v.Facts
	d := deploymentOf(&j, s, facts.ExternalDNS, v.Target.NamespaceOf(facts.ExternalDNS))
	if d == nil {
		return j
	}
	config := configOf(s, d)
	if !slices.Contains([]string{"info", "debug", "trace"}, config.LogLevel) {
		j.Never("Deployment %s/%s: --log-level=%s hides its syncs: it must be info", d.Namespace, d.Name, config.LogLevel)
	}
	if config.DryRun {
		j.Never("Deployment %s/%s: --dry-run writes no record", d.Namespace, d.Name)
	}
	podsReady(&j, s, d)
	lines := logOf(s, d)
	syncs := externaldns.ReadLog(lines)
	restarted(&j, s, d, syncs.Good)
	j.Take(judgeSyncs(syncs, len(lines), s.Time, config, d.Namespace+"/"+d.Name))
	if len(j.Reasons) == 0 {
		j.Saw("Deployment %s/%s: last sync at %s, no error since", d.Namespace, d.Name, stamp(syncs))
	}
	return j
}

// judgeSyncs judges a log of external-dns. now is zero when it is not known, then the age of the last sync is
// not judged.
func judgeSyncs(syncs externaldns.Log, lines int, now time.Time, config externaldns.Config,
	name string,
) judge.Judgement {
	var j judge.Judgement
	for _, l := range syncs.Errors[max(0, len(syncs.Errors)-quoted):] {
		j.Lacks("external-dns %s: %s", name, l)
	}
	switch {
	case len(syncs.Errors) > 0:
	case !syncs.Synced:
		j.Lacks(
			"external-dns %s: its log of %d lines tells of no finished sync: it is starting, or its token sees no zone, "+
				"which it keeps silent about",
			name,
			lines,
		)
	case !now.IsZero() && !syncs.Good.IsZero() && now.Sub(syncs.Good) > config.Patience():
		j.Lacks("external-dns %s: last sync %s ago, at an interval of %s: it hangs, or its token sees no zone any more, "+
			"which it keeps silent about", name, now.Sub(syncs.Good).Round(time.Second), config.Interval)
	}
	return j
}

// stamp is when the last good sync was, as far as the log tells times.
func stamp(syncs externaldns.Log) string {
	if syncs.Good.IsZero() {
		return "an unknown time"
	}
	return syncs.Good.UTC().Format(time.RFC3339)
}

// logOf merges the logs of a Deployment's pods.
func logOf(s *facts.Snapshot, d *apps.Deployment) []facts.Line {
	var out []facts.Line
	for _, l := range s.Logs {
		if l.Component == facts.ExternalDNS && l.Namespace == d.Namespace {
			out = append(out, l.Lines...)
		}
	}
	slices.SortStableFunc(out, func(a, b facts.Line) int {
		if a.Time.IsZero() || b.Time.IsZero() {
			return 0
		}
		return cmp.Compare(a.Time.UnixNano(), b.Time.UnixNano())
	})
	return out
}

// restarted says of pods that ended after the last good sync.
func restarted(j *judge.Judgement, s *facts.Snapshot, d *apps.Deployment, mark time.Time) {
	for _, pod := range podsOf(s, d) {
		for _, c := range pod.Status.ContainerStatuses {
			if end := c.LastTerminationState.Terminated; end != nil && end.FinishedAt.After(mark) {
				j.Lacks("Pod %s/%s: container %s ended with code %d at %s and has not synced since (%d restarts)",
					pod.Namespace, pod.Name, c.Name, end.ExitCode, end.FinishedAt.UTC().Format(time.RFC3339), c.RestartCount)
			}
		}
	}
}
