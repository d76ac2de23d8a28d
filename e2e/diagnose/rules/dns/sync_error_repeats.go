package dns

import (
	"fmt"
	"strings"
	"time"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const syncErrorRepeats diagnose.Code = "sync-error-repeats"

func syncErrorRepeatsRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     syncErrorRepeats,
		Meaning:  "external-dns logs the same error about the host in each sync, while its record is right",
		Evidence: "an error of the host's records, or of no record, in two syncs or more since the last good one",
		Remedy:   "correct what the error names: the next change of the record fails by it",
		After:    []diagnose.Code{ownerMigration},
		Kind:     diagnose.Note,
		Find:     findSyncErrorRepeats,
	}}
}

func findSyncErrorRepeats(r *diagnose.Route) []diagnose.Finding {
	if len(r.Sync.Syncs.Errors) < 2 || naming(r).state != right || r.Has(ownerMigration) {
		return nil
	}
	var first time.Time
	for _, l := range unknown(r) {
		if strings.Contains(strings.ToLower(l.Message), "consecutive soft errors") {
			continue // soft-error-loop-pod-ready tells of these
		}
		if first.IsZero() {
			first = l.Time
		}
		if l.Time.Sub(first) > externaldns.SyncTime {
			return diagnose.One(r.Sync.String(), fmt.Sprintf("external-dns logs an error in each sync since %s: %s",
				diagnose.Stamp(first), diagnose.Short(l.Message)), diagnose.Remedy{
				Text:    "correct what the error names: the next change of the record fails by it",
				Command: fmt.Sprintf("kubectl -n %s logs %s --since=10m", r.Sync.Namespace, r.Sync.Typed()),
			}, diagnose.Logged(facts.ExternalDNS, l))
		}
	}
	return nil
}
