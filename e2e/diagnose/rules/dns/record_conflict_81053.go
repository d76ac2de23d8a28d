package dns

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/cloudflare"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const recordConflict diagnose.Code = "record-conflict-81053"

func recordConflictRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    recordConflict,
		Meaning: "a record that external-dns does not own has another type than the record that external-dns writes",
		Evidence: "the provider's codes 81053, 81054, 81057 or 81058 in the log of external-dns: these are errors of " +
			"data, " +
			"not of the credential",
		Remedy: "delete the conflicting record",
		After:  []diagnose.Code{takeover},
		Find:   findConflict,
	}}
}

func findConflict(r *diagnose.Route) []diagnose.Finding {
	n := naming(r)
	refused, ok := refusedWith(r, cloudflare.Conflicts()...)
	if !ok || n.state == right || r.Has(takeover) {
		return nil
	}
	evidence := []diagnose.Evidence{diagnose.Logged(facts.ExternalDNS, refused.Line)}
	name, inTheWay := recordName(r, n), []diagnose.Record(nil)
	for _, rec := range n.held {
		if rec.Type != typeOf(n.wanted) || inTheWay == nil {
			name, inTheWay = rec.String(), []diagnose.Record{rec}
		}
	}
	for _, rec := range inTheWay {
		evidence = append(evidence, rec.Evidence())
	}
	return diagnose.One(
		name,
		fmt.Sprintf("%s, which external-dns does not own, conflicts with the record that it writes (code %d)", name,
			refused.Code),
		diagnose.Drop("delete the conflicting record", inTheWay...),
		evidence...)
}
