package dns

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const ownerMismatch diagnose.Code = "owner-mismatch"

func ownerMismatchRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    ownerMismatch,
		Meaning: "the record belongs to another owner, so external-dns does not change it",
		Evidence: "the ownership record names another owner than --txt-owner-id, and the record differs from the " +
			"Ingress's " +
			"status; the log contains `All records are already up to date`",
		Remedy: "set --txt-owner-id to that owner, or delete the record and its ownership record",
		After:  []diagnose.Code{recordConflict, ownerMigration},
		Find:   findOwnerMismatch,
	}}
}

func findOwnerMismatch(r *diagnose.Route) []diagnose.Finding {
	n := naming(r)
	if n.state != wrong || !keepsOwners(r) || r.Has(recordConflict, ownerMigration) {
		return nil
	}
	rec, m, ok := marked(r, n)
	if !ok || m.Owner == r.Sync.Config.OwnerID {
		return nil
	}
	return diagnose.One(
		rec.String(),
		fmt.Sprintf(
			"%s belongs to owner %q, and the owner id of this external-dns is %q: it does not change the record",
			rec,
			m.Owner,
			r.Sync.Config.OwnerID,
		),
		diagnose.Drop(
			fmt.Sprintf(
				"delete the record and its ownership record, or set --txt-owner-id=%s",
				m.Owner,
			),
			rec,
			m.Record,
		),
		rec.Evidence(),
		m.Record.Evidence(),
		diagnose.Fact(r.Sync.String(), "owner id %s", r.Sync.Config.OwnerID),
	)
}
