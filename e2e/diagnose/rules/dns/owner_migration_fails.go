package dns

import (
	"fmt"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const ownerMigration diagnose.Code = "owner-migration-fails"

func ownerMigrationRule() []diagnose.Rule {
	find := func(works bool) func(*diagnose.Route) []diagnose.Finding {
		return func(r *diagnose.Route) []diagnose.Finding {
			if works != (naming(r).state == right) {
				return nil
			}
			return findOwnerMigration(r)
		}
	}
	return []diagnose.Rule{{
		Code: ownerMigration,
		Meaning: "external-dns does not rewrite the ownership records of the owner that it migrates from, so it " +
			"fails in each sync and changes " +
			"nothing of those records (kubernetes-sigs/external-dns#6223)",
		Evidence: "--migrate-from-txt-owner, and `failed to find previous record` for the ownership record",
		Remedy:   "go back to the former owner id, or edit the ownership records by hand",
		Find:     find(false),
	}, {
		Code: ownerMigration,
		Kind: diagnose.Note,
		Find: find(true),
	}}
}

func findOwnerMigration(r *diagnose.Route) []diagnose.Finding {
	former := r.Sync.Config.FormerOwnerID
	if former == "" || !keepsOwners(r) {
		return nil
	}
	for _, l := range r.Sync.Syncs.Errors {
		record := strings.ToLower(strings.TrimSuffix(l.Fields["record"], "."))
		if !strings.Contains(l.Message, previousRecord) || record != r.Host && !isOwnership(r, record) {
			continue
		}
		return diagnose.One(
			r.Sync.String(),
			fmt.Sprintf(
				"external-dns fails in each sync to rewrite the ownership record %s from owner %s to %s: with this "+
					"provider the migration does not work",
				record,
				former,
				r.Sync.Config.OwnerID,
			),
			diagnose.Remedy{
				Text: fmt.Sprintf(
					"set --txt-owner-id=%s again and remove --migrate-from-txt-owner, or change the owner in the "+
						"ownership records by hand",
					former,
				),
				Command: r.Sync.Kubectl("edit"),
			},
			diagnose.Logged(facts.ExternalDNS, l),
			diagnose.Fact(r.Sync.String(), "--txt-owner-id=%s --migrate-from-txt-owner=%s",
				r.Sync.Config.OwnerID, former),
		)
	}
	return nil
}

// previousRecord is what external-dns writes when it does not find the record that it is to change.
const previousRecord = "failed to find previous record"
