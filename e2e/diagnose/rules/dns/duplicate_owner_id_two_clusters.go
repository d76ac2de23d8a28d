package dns

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const duplicateOwner diagnose.Code = "duplicate-owner-id-two-clusters"

func duplicateOwnerRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    duplicateOwner,
		Meaning: "two clusters use the same owner id, and each reverts the other's changes",
		Evidence: "external-dns creates or changes the record again and again, or the record's owner is right and its " +
			"Ingress is not in this cluster",
		Remedy: "give each cluster an owner id of its own",
		Find:   findDuplicateOwner,
	}}
}

// undone is how often a record may have been created while the log tells of no deletion: once, and again after
// somebody deleted it by hand. What comes oftener comes from a program.
const undone = 2

// findDuplicateOwner looks for what another cluster undoes: a record that was created again and again without having
// been deleted here, or one that is changed again and again and marked for an Ingress that this cluster does not
// have.
func findDuplicateOwner(r *diagnose.Route) []diagnose.Finding {
	if !keepsOwners(r) {
		return nil
	}
	created, updated := 0, 0
	var last externaldns.Change
	for _, c := range r.Sync.Syncs.Changes[r.Host] {
		if c.Type == "TXT" {
			continue
		}
		switch c.Action {
		case "CREATE":
			created++
			last = c
		case "UPDATE":
			updated++
			last = c
		case "DELETE":
			created = 0
		}
	}
	if created <= undone && updated < undone {
		return nil
	}
	evidence := []diagnose.Evidence{diagnose.Fact(r.Sync.String(), "owner id %s", r.Sync.Config.OwnerID)}
	rec, m, marked := marked(r, naming(r))
	foreign := marked && m.Owner == r.Sync.Config.OwnerID && orphaned(r, m)
	switch {
	case created > undone:
		evidence = append(
			evidence,
			diagnose.Fact(
				"log "+string(facts.ExternalDNS),
				"%d times action=CREATE record=%s, and no DELETE between them; the last: %s",
				created,
				r.Host,
				last.Line,
			),
		)
	case updated >= undone && foreign:
		evidence = append(
			evidence,
			diagnose.Fact(
				"log "+string(facts.ExternalDNS),
				"%d times action=UPDATE record=%s; the last: %s",
				updated,
				r.Host,
				last.Line,
			),
		)
	default:
		return nil
	}
	if foreign {
		evidence = append(evidence, m.Record.Evidence(), rec.Evidence())
	}
	return diagnose.One(
		r.Sync.String(),
		fmt.Sprintf(
			"another cluster uses the same owner id %q and reverts the record of %s",
			r.Sync.Config.OwnerID,
			r.Host,
		),
		addFlag(
			r,
			"give each cluster an owner id of its own, this one for example "+r.Sync.Config.OwnerID+
				"-2; records of the old id must then be taken over",
			"--txt-owner-id="+r.Sync.Config.OwnerID+"-2",
		),
		evidence...)
}
