package dns

import (
	"fmt"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const sourceUnreadable diagnose.Code = "source-unreadable"

func sourceUnreadableRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code: sourceUnreadable,
		Meaning: "external-dns ends before its first sync, since it cannot list a kind that one of its sources reads: its " +
			"ClusterRole lacks the right, or the kind is not installed",
		Evidence: "`failed to sync *v1.KIND: context deadline exceeded` in its log, and no sync since",
		Remedy:   "give its ClusterRole list and watch on the kind, install the kind, or remove the source",
		Find:     findSourceUnreadable,
	}}
}

// findSourceUnreadable reads the last words of external-dns: it waits for its caches and then gives up
// (source/informers).
func findSourceUnreadable(r *diagnose.Route) []diagnose.Finding {
	const words = "failed to sync *"
	for i := len(r.Sync.Log) - 1; i >= 0; i-- {
		l := r.Sync.Log[i]
		if l.Time.Before(r.Sync.Syncs.Good) {
			return nil
		}
		_, rest, found := strings.Cut(l.Message+" "+l.Fields["error"], words)
		if !found {
			continue
		}
		kind, _, _ := strings.Cut(rest, ":")
		kind = kind[strings.LastIndex(kind, ".")+1:]
		return diagnose.One(
			r.Sync.String(),
			fmt.Sprintf("external-dns cannot list %s, which a source of --source=%s needs, and ends before its first sync",
				kind, strings.Join(r.Sync.Config.Sources, ",")),
			diagnose.Remedy{
				Text: "give its ClusterRole list and watch on " + kind + ", install the kind, or remove the source",
			},
			diagnose.Logged(facts.ExternalDNS, l))
	}
	return nil
}
