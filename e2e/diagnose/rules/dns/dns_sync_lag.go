package dns

import (
	"fmt"
	"slices"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const syncLag diagnose.Code = "dns-sync-lag"

func syncLagRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     syncLag,
		Meaning:  "external-dns has not synced since the Ingress changed",
		Evidence: "the Ingress is newer than the last sync, and the next sync is not overdue",
		Remedy:   "wait for the next sync",
		After:    []diagnose.Code{softErrors},
		Fallback: true,
		Kind:     diagnose.Wait,
		Find:     findLag,
	}}
}

// findLag concludes from the last good sync: then the record was as the Ingress wanted it. When it is not now and
// nothing has changed it since, the Ingress has changed since, and the next sync follows it.
func findLag(r *diagnose.Route) []diagnose.Finding {
	n := naming(r)
	if !r.Sync.Runs() || n.state != absent && n.state != wrong || r.Broken(diagnose.DNS) ||
		r.Blocker(diagnose.DNS) != "" || len(unknown(r)) > 0 {
		return nil
	}
	good := r.Sync.Syncs.Good
	since := good
	switch {
	case n.state == wrong && changedSinceMarked(r, n):
		return nil // a sync that was under way then may be a good one and not have seen it
	case good.IsZero(): // it has not synced, or its log was not looked at
		since = r.Source.Created
		if started := r.Sync.CreationTimestamp.Time; started.After(since) {
			since = started
		}
	case r.Source.Created.After(good):
	case n.state == wrong && slices.ContainsFunc(n.held,
		func(rec diagnose.Record) bool { return !rec.Modified.IsZero() && rec.Modified.After(good) }):
		return nil // somebody else changed it
	case n.state == absent && wasThere(r):
		return nil
	}
	if r.Age(since) > patience(r) {
		return nil
	}
	evidence := []diagnose.Evidence{
		diagnose.Fact(
			r.Source.String(),
			"created %s, needs %s",
			diagnose.Stamp(r.Source.Created),
			diagnose.List(n.wanted),
		),
	}
	if !good.IsZero() {
		evidence = append(
			evidence,
			diagnose.Fact(
				"log "+string(facts.ExternalDNS),
				"last good sync %s, interval %s",
				diagnose.Stamp(good),
				r.Sync.Config.Interval,
			),
		)
	}
	return diagnose.One(
		recordName(r, n),
		fmt.Sprintf(
			"external-dns has not synced since the change: it syncs every %s, the next time by %s",
			r.Sync.Config.Interval,
			diagnose.Stamp(since.Add(patience(r))),
		),
		resync(r, "wait for the next sync, or restart external-dns"),
		evidence...)
}

// changedSinceMarked reports whether a record of the Ingress was changed after external-dns had written it and its
// mark: the Ingress has had its turn, even if that sync as a whole was no good one, and somebody else has changed the
// record since.
func changedSinceMarked(r *diagnose.Route, n comparison) bool {
	m, marked := markOf(r, r.Host, typeOf(n.wanted))
	if !marked || !m.Record.Modified.After(r.Source.Created) {
		return false
	}
	return slices.ContainsFunc(
		n.held,
		func(rec diagnose.Record) bool { return rec.Modified.After(m.Record.Modified) },
	)
}

// wasThere reports whether the absent record existed: its mark still does, or external-dns logged that it wrote it.
func wasThere(r *diagnose.Route) bool {
	if _, ok := markOf(r, r.Host, typeOf(naming(r).wanted)); ok {
		return true
	}
	changes := r.Sync.Syncs.Changes[r.Host]
	return len(changes) > 0 && changes[len(changes)-1].Action != "DELETE"
}
