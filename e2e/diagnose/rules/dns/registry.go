package dns

import (
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

// markOf finds the mark of the host's record of a type.
func markOf(r *diagnose.Route, host, kind string) (diagnose.Mark, bool) {
	for _, name := range r.Sync.Config.TXT.Names(host, kind) {
		for _, rec := range r.Index.Records[name] {
			if m, ok := diagnose.ParseMark(rec); ok {
				return m, true
			}
		}
	}
	return diagnose.Mark{}, false
}

// orphaned reports whether a mark names an Ingress that this cluster does not have.
func orphaned(r *diagnose.Route, m diagnose.Mark) bool {
	kind, rest, _ := strings.Cut(m.Resource, "/")
	namespace, n, ok := strings.Cut(rest, "/")
	return ok && kind == "ingress" && r.Index.Looked(facts.Ingresses, namespace) &&
		r.Index.ByName[edge.Source{Kind: "Ingress", Namespace: namespace, Name: n}] == nil
}
