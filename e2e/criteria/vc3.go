package criteria

import (
	"fmt"
	"time"

	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
	"github.com/edgeproof/edgeproof/e2e/edge/logline"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
)

func vc3() Criterion {
	return Criterion{
		ID: "VC-3", Text: "`kubectl -n cert-manager logs deploy/external-dns --since=10m`",
		Check: logShown, Waits: ForRecords, Shown: BySyncs,
		Command: &Command{
			Line: func(t judge.Target) string {
				return "kubectl -n " + t.NamespaceOf(facts.ExternalDNS) + " logs deploy/external-dns --since=10m"
			},
			Works: func(s *facts.Snapshot, _ judge.Target) string {
				if d := first(s, facts.ExternalDNS); d != nil {
					return fmt.Sprintf("kubectl -n %s logs deploy/%s --since=10m", d.Namespace, d.Name)
				}
				return ""
			},
		},
	}
}

// logShown judges by the log, as text or JSON, that a sync was finished, and that no error came after it.
func logShown(v View) judge.Judgement {
	var j judge.Judgement
	refused(&j, v.Printed)
	lines := logline.ParseAll(v.Printed)
	syncs := externaldns.ReadLog(lines)
	if len(j.Reasons) == 0 {
		j.Take(judgeSyncs(syncs, len(lines), time.Time{}, externaldns.Config{}, "log"))
	}
	if len(j.Reasons) == 0 {
		j.Saw("external-dns log: last sync at %s, no error since", stamp(syncs))
	}
	return j
}
