package dns

import (
	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/cloudflare"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const recordQuota diagnose.Code = "record-quota"

func recordQuotaRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     recordQuota,
		Meaning:  "the zone has as many records as its plan allows",
		Evidence: "the provider's code 81045 in the log of external-dns, and no record of the host",
		Remedy:   "delete unused records, or change the plan",
		Find:     findQuota,
	}}
}

func findQuota(r *diagnose.Route) []diagnose.Finding {
	refused, ok := refusedWith(r, cloudflare.RecordQuota)
	if !ok || naming(r).state == right {
		return nil
	}
	zone := "zone of " + r.Host
	if r.Zone != nil {
		zone = "zone " + r.Zone.Name
	}
	evidence := []diagnose.Evidence{diagnose.Logged(facts.ExternalDNS, refused.Line)}
	if r.Zone != nil && r.Index.Looked(facts.Provider, r.Zone.Name) {
		evidence = append(evidence, diagnose.Fact(zone, "%d records", len(r.Zone.Records)))
	}
	return diagnose.One(zone, "the zone has as many records as its plan allows, so the record cannot be written",
		diagnose.Remedy{Text: "delete unused records, or change the plan"}, evidence...)
}
