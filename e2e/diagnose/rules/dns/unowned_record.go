package dns

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const unownedRecord diagnose.Code = "unowned-record"

func unownedRecordRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    unownedRecord,
		Meaning: "the record was made by hand or by another program, so external-dns does not change it",
		Evidence: "the record differs from the Ingress's status and has no ownership record; its comment or the " +
			"log of external-dns tell when that " +
			"was lost",
		Remedy: "delete the record: external-dns creates it again",
		After:  []diagnose.Code{ownerOrPrefix, recordConflict},
		Find:   findUnowned,
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
	summary := fmt.Sprintf("%s was not made by external-dns, which does not change it", rec)
	history := madeBySyncer(r, rec)
	if len(history) > 0 {
		summary = fmt.Sprintf(
			"%s was made by external-dns, and its ownership record is lost: external-dns does not change it any more",
			rec,
		)
	}
	return diagnose.One(
		rec.String(),
		summary,
		diagnose.Drop("delete the record: external-dns creates it again at its next sync", n.held...),
		append(history, rec.Evidence(),
			diagnose.Fact(
				"zone "+rec.Zone.Name,
				"no ownership record among %s",
				diagnose.List(r.Sync.Config.TXT.Names(r.Host, rec.Type)),
			),
			diagnose.Fact(r.Source.String(), "status %s", diagnose.List(n.wanted)))...,
	)
}

// madeBySyncer is what tells that external-dns made a record, though no ownership record is there: its comment, its
// log, or a record that came to be within a sync of the route. It is empty where somebody else may have made it.
func madeBySyncer(r *diagnose.Route, rec diagnose.Record) []diagnose.Evidence {
	var out []diagnose.Evidence
	for _, comment := range r.Sync.Config.Values("cloudflare-record-comment") {
		if comment != "" && rec.Comment == comment {
			out = append(out, diagnose.Fact(rec.String(), "comment %q, which external-dns writes", comment))
		}
	}
	for _, change := range r.Sync.Syncs.Changes[r.Host] {
		if change.Action == "CREATE" {
			out = append(out, diagnose.Logged(facts.ExternalDNS, change.Line))
		}
	}
	return out
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
