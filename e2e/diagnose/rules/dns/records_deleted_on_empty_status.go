package dns

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const deletedOnEmpty diagnose.Code = "records-deleted-on-empty-status"

func deletedOnEmptyRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    deletedOnEmpty,
		Meaning: "external-dns deleted the record while the Ingress had no address",
		Evidence: "an `action=DELETE` of the host in its log and no record, with policy sync; resolvers cache the answer " +
			"NXDOMAIN for the zone's negative TTL",
		Remedy: "correct the Ingress's status; the next sync creates the record again",
		After: []diagnose.Code{
			policyFlagMissing,
			ownerOrPrefix,
			externalDNSCrash,
			externalDNSDown,
			sourceExcludes,
			hostnameSource,
			domainFilter,
			prefixIgnored,
			ttlInvalid,
			recordQuota,
			notProxiable,
			takeover,
			recordConflict,
			ownerMismatch,
			duplicateOwner,
			upsertOnly,
			unownedRecord,
		},
		Kind: diagnose.Symptom,
		Find: findDeletedOnEmpty,
	}}
}

// findDeletedOnEmpty is about a record that external-dns deleted itself though its Ingress is there. While the
// Ingress still has no address that is the cause; afterwards this is what is left of it.
func findDeletedOnEmpty(r *diagnose.Route) []diagnose.Finding {
	changes := r.Sync.Syncs.Changes[r.Host]
	if r.Source == nil || r.Sync.Config.Policy != "sync" || len(changes) == 0 || len(r.Records) > 0 ||
		r.Has(duplicateOwner) {
		return nil
	}
	last := changes[len(changes)-1]
	if last.Action != "DELETE" || last.Line.Time.Before(r.Source.Created) {
		return nil // the record of an Ingress that was deleted and made again is another matter
	}
	evidence := []diagnose.Evidence{
		diagnose.Logged(facts.ExternalDNS, last.Line),
		diagnose.Fact(r.Source.String(), "status %s", diagnose.List(r.Published)),
	}
	if r.Asked && r.Answers.Resolver.Rcode != "" {
		evidence = append(evidence, diagnose.Fact("DNS resolver", "%s", r.Answers.Resolver.Rcode))
	}
	return diagnose.One(
		"record "+r.Host+" "+typeOf(r.Published),
		fmt.Sprintf("external-dns deleted the record of %s while its Ingress had no address", r.Host),
		resync(
			r,
			"keep the address in the Ingress's status; then a restart of external-dns writes the record at once, and "+
				"resolvers see it when the zone's negative TTL is over",
		),
		evidence...)
}
