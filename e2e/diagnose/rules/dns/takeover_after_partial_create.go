package dns

import (
	"fmt"
	"time"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/cloudflare"
)

const takeover diagnose.Code = "takeover-after-partial-create"

func takeoverRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code: takeover,
		Meaning: "external-dns wrote an ownership record for a record that another party had made, and so treats it as " +
			"its own",
		Evidence: "the ownership record is newer than its record, and the record differs from the Ingress's status",
		Remedy:   "decide whose record it is, and delete the other's",
		Find:     findTakeover,
	}}
}

// atOnce is the time in which a record and its mark are written together.
const atOnce = time.Minute

func findTakeover(r *diagnose.Route) []diagnose.Finding {
	n := naming(r)
	if n.state != wrong || !r.Sync.Config.OwnsByTXT() {
		return nil
	}
	for _, rec := range n.held {
		m, ok := markOf(r, r.Host, rec.Type)
		if !ok || m.Owner != r.Sync.Config.OwnerID || m.Record.Created.Sub(rec.Created) < atOnce {
			continue
		}
		_, refused := refusedWith(r, cloudflare.Conflicts()...)
		if rec.Type == typeOf(n.wanted) && !refused {
			continue // a mark that was lost and made again
		}
		return diagnose.One(
			rec.String(),
			fmt.Sprintf(
				"%s is older than its ownership record: it was not made by external-dns",
				rec,
			),
			diagnose.Drop(
				"decide whose record it is; when it is this cluster's, delete the old record and external-dns writes its own",
				rec,
			),
			rec.Evidence(),
			m.Record.Evidence(),
		)
	}
	return nil
}
