package dns

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const ownerMismatch diagnose.Code = "owner-mismatch"

func ownerMismatchRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     ownerMismatch,
		Meaning:  "the record belongs to another owner, so external-dns leaves it as it is",
		Evidence: "the ownership record names another owner than --txt-owner-id, and the record is not what this cluster wants; the log says `All records are already up to date`",
		Remedy:   "take over the owner's id, or delete record and ownership record",
		After:    []diagnose.Code{recordConflict},
		Find:     findOwnerMismatch,
	}}
}

func findOwnerMismatch(r *diagnose.Route) []diagnose.Finding {
	n := naming(r)
	if n.state != wrong || !keepsOwners(r) || r.Has(recordConflict) {
		return nil
	}
	rec, m, ok := marked(r, n)
	if !ok || m.Owner == r.Index.Sync.Config.OwnerID {
		return nil
	}
	return diagnose.One(
		rec.String(),
		fmt.Sprintf(
			"%s belongs to owner %q, and this external-dns is %q: it leaves the record as it is",
			rec,
			m.Owner,
			r.Index.Sync.Config.OwnerID,
		),
		diagnose.Drop(
			fmt.Sprintf(
				"delete the record and its ownership record, or take over the owner's id by --txt-owner-id=%s",
				m.Owner,
			),
			rec,
			m.Record,
		),
		rec.Evidence(),
		m.Record.Evidence(),
		diagnose.Fact(r.Index.Sync.String(), "owner id %s", r.Index.Sync.Config.OwnerID),
	)
}
