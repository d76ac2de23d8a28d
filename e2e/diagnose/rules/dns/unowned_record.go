package dns

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const unownedRecord diagnose.Code = "unowned-record"

func unownedRecordRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     unownedRecord,
		Meaning:  "the record was made by hand or by another program, so external-dns does not change it",
		Evidence: "the record differs from the Ingress's status and has no ownership record",
		Remedy:   "delete the record: external-dns creates it again",
		After:    []diagnose.Code{ownerOrPrefix, recordConflict},
		Find:     findUnowned,
	}, {
		Code: unownedRecord,
		Kind: diagnose.Note,
		Find: findUnownedRight,
	}}
}

func findUnowned(r *diagnose.Route) []diagnose.Finding {
	n := naming(r)
	if n.state != wrong || !keepsOwners(r) || r.Has(recordConflict, ownerOrPrefix) {
		return nil
	}
	if _, _, ok := marked(r, n); ok {
		return nil
	}
	rec := n.held[0]
	return diagnose.One(
		rec.String(),
		fmt.Sprintf("%s was not made by external-dns, which does not change it", rec),
		diagnose.Drop("delete the record: external-dns creates it again at its next sync", n.held...),
		rec.Evidence(),
		diagnose.Fact(
			"zone "+rec.Zone.Name,
			"no ownership record among %s",
			diagnose.List(r.Sync.Config.TXT.Names(r.Host, rec.Type)),
		),
		diagnose.Fact(r.Source.String(), "status %s", diagnose.List(n.wanted)),
	)
}

func findUnownedRight(r *diagnose.Route) []diagnose.Finding {
	n := naming(r)
	if n.state != right || len(n.held) == 0 || !keepsOwners(r) || r.Has(ownerOrPrefix) {
		return nil
	}
	if _, _, ok := marked(r, n); ok {
		return nil
	}
	rec := n.held[0]
	return diagnose.One(
		rec.String(),
		fmt.Sprintf("%s is right, but was not made by external-dns: it does not follow the Ingress", rec),
		diagnose.Drop("delete the record: external-dns creates it again at its next sync", n.held...),
		rec.Evidence(),
	)
}
