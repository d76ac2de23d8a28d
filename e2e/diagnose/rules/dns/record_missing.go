package dns

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const recordMissing diagnose.Code = "record-missing"

func recordMissingRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    recordMissing,
		Meaning: "the host has no record, although nothing prevents writing it",
		Evidence: "the zone has no A, AAAA or CNAME of the host; an ownership record alone shows that the record was " +
			"deleted by hand",
		Remedy:   "restart external-dns: it syncs at once",
		After:    []diagnose.Code{softErrors, syncLag},
		Fallback: true,
		Kind:     diagnose.Symptom,
		Find:     findMissing,
	}}
}

func findMissing(r *diagnose.Route) []diagnose.Finding {
	n := naming(r)
	if n.state != absent || !r.Unexplained(diagnose.DNS) || len(unknown(r)) > 0 {
		return nil
	}
	evidence := []diagnose.Evidence{
		diagnose.Fact(
			"zone "+r.Zone.Name,
			"%d records, none of %s with an address",
			len(r.Zone.Records),
			r.Host,
		),
	}
	summary := fmt.Sprintf("%s has no record, although nothing prevents writing it", r.Host)
	if m, ok := markOf(r, r.Host, typeOf(n.wanted)); ok {
		summary = fmt.Sprintf(
			"the record of %s was deleted, and not by external-dns: its ownership record is still there",
			r.Host,
		)
		evidence = append(evidence, m.Record.Evidence())
	}
	return diagnose.One(recordName(r, n), summary+hanging(r), resync(r, "restart external-dns: it syncs at once"),
		append(evidence, syncEvidence(r, n)...)...)
}
