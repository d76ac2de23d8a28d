package dns

import (
	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

// marked is the first of the held records with the mark beside it; ok is false when none has one, or nothing is to be
// marked.
func marked(r *diagnose.Route, n comparison) (rec diagnose.Record, m diagnose.Mark, ok bool) {
	for _, rec := range n.held {
		if m, ok := markOf(r, r.Host, rec.Type); ok {
			return rec, m, true
		}
	}
	return diagnose.Record{}, diagnose.Mark{}, false
}

// keepsOwners reports whether external-dns looks at marks at all.
func keepsOwners(r *diagnose.Route) bool {
	return r.Sync.Runs() && r.Sync.Config.OwnsByTXT()
}
