package judge

import (
	"cmp"
	"slices"
	"strings"
	"time"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

const (
	// upToDate ends a sync that had nothing to change; changing begins one change of a sync that had
	// (sigs.k8s.io/external-dns v0.20 controller.RunOnce, provider/cloudflare submitChanges).
	upToDate = "All records are already up to date"
	changing = "Changing record."
	// oneSync is more than a sync takes: an error so long before a change belongs to the same sync.
	oneSync = 30 * time.Second
	// quoted bounds the lines of a log that reasons quote.
	quoted = 3
)

// syncing judges DW-1: the pod is ready, and the last sync was good and recent.
func syncing(s *facts.Snapshot, t Target) Judgement {
	var j Judgement
	d := deploymentOf(&j, s, facts.ExternalDNS, t.Namespace)
	if d == nil {
		return j
	}
	if args := facts.Args(d, "log-level"); len(args) > 0 && !slices.Contains([]string{"info", "debug"}, args[len(args)-1]) {
		j.never("Deployment %s/%s: --log-level=%s hides its syncs: it must be info", d.Namespace, d.Name, args[len(args)-1])
	}
	if dry := facts.Args(d, "dry-run"); hasWord(d, "--dry-run") || slices.Contains(dry, "true") {
		j.never("Deployment %s/%s: --dry-run writes no record", d.Namespace, d.Name)
	}
	podsReady(&j, s, d)
	lines := logOf(s, d)
	mark, reconciled := lastSync(lines)
	restarted(&j, s, d, mark)
	j.take(readSyncs(lines, s.Time, interval(d), d.Namespace+"/"+d.Name))
	if reconciled && len(j.Reasons) == 0 {
		j.saw("Deployment %s/%s: last sync at %s, no error since", d.Namespace, d.Name, mark.UTC().Format(time.RFC3339))
	}
	return j
}

// readSyncs judges a log of external-dns. now is zero when it is not known, then the age of the last sync is not judged.
func readSyncs(lines []facts.Line, now time.Time, every time.Duration, name string) Judgement {
	var j Judgement
	mark, ok := lastSync(lines)
	var bad []facts.Line
	for _, l := range lines {
		if l.Bad() && (!ok || l.Time.IsZero() || l.Time.After(mark)) {
			bad = append(bad, l)
		}
	}
	for _, l := range bad[max(0, len(bad)-quoted):] {
		j.lacks("external-dns %s: %s", name, l)
	}
	limit := 2*every + oneSync
	switch {
	case len(bad) > 0:
	case !ok:
		j.lacks("external-dns %s: its log of %d lines tells of no finished sync: it is starting, or its token sees no zone, which it keeps silent about", name, len(lines))
	case !now.IsZero() && now.Sub(mark) > limit:
		j.lacks("external-dns %s: last sync %s ago, at an interval of %s: it hangs, or its token sees no zone any more, which it keeps silent about", name, now.Sub(mark).Round(time.Second), every)
	}
	return j
}

// lastSync finds when the last good sync was: one that said so, or one that changed records without an error around it.
func lastSync(lines []facts.Line) (time.Time, bool) {
	var mark time.Time
	for i, l := range lines {
		good := l.Message == upToDate
		if l.Message == changing {
			good = !slices.ContainsFunc(lines[max(0, i-quotedBack):], func(o facts.Line) bool {
				return o.Bad() && !o.Time.Before(l.Time.Add(-oneSync)) && !o.Time.After(l.Time.Add(oneSync))
			})
		}
		if good && !l.Time.Before(mark) {
			mark = l.Time
		}
	}
	return mark, !mark.IsZero()
}

// quotedBack is how many lines before a change are searched for an error of the same sync.
const quotedBack = 200

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

// interval is the time between two syncs.
func interval(d *apps.Deployment) time.Duration {
	for _, arg := range facts.Args(d, "interval") {
		if v, err := time.ParseDuration(arg); err == nil {
			return v
		}
	}
	return time.Minute
}

// restarted says of pods that ended after the last good sync.
func restarted(j *Judgement, s *facts.Snapshot, d *apps.Deployment, mark time.Time) {
	for _, pod := range podsOf(s, d) {
		for _, c := range pod.Status.ContainerStatuses {
			if end := c.LastTerminationState.Terminated; end != nil && end.FinishedAt.After(mark) {
				j.lacks("Pod %s/%s: container %s ended with code %d at %s and has not synced since (%d restarts)",
					pod.Namespace, pod.Name, c.Name, end.ExitCode, end.FinishedAt.UTC().Format(time.RFC3339), c.RestartCount)
			}
		}
	}
}

func hasWord(d *apps.Deployment, word string) bool {
	return slices.ContainsFunc(d.Spec.Template.Spec.Containers, func(c core.Container) bool {
		return slices.Contains(c.Args, word) || slices.Contains(c.Command, word)
	})
}

// short cuts a text for a reason.
func short(text string) string {
	const head, tail = 180, 120
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > head+tail {
		text = strings.ToValidUTF8(text[:head], "") + "…" + strings.ToValidUTF8(text[len(text)-tail:], "")
	}
	return text
}
