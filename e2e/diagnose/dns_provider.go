package diagnose

import (
	"fmt"
	"time"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

func findQuota(r *route) []Finding {
	refused, ok := r.refusedWith("81045")
	if !ok || r.naming().state == right {
		return nil
	}
	zone := "zone of " + r.Host
	if r.zone != nil {
		zone = "zone " + r.zone.Name
	}
	evidence := []Evidence{logged(facts.ExternalDNS, refused.line)}
	if r.zone != nil && r.looked(facts.Provider, r.zone.Name) {
		evidence = append(evidence, says(zone, "%d records", len(r.zone.Records)))
	}
	return finding(zone, "the zone holds as many records as its plan allows, so the record cannot be written",
		Remedy{Text: "delete records that nobody needs, or change the plan"}, evidence...)
}

func findNotProxiable(r *route) []Finding {
	n := r.naming()
	refused, ok := r.refusedWith("9003", "9004", "9041")
	if !ok || n.state == right {
		return nil
	}
	wanted, why := r.toBeProxied()
	evidence := []Evidence{logged(facts.ExternalDNS, refused.line)}
	if wanted {
		evidence = append(evidence, says("external-dns", "%s", why))
	}
	remedy := Remedy{Text: "do not proxy the record, or publish a public address"}
	if r.ingress != nil {
		remedy = r.annotate(remedy.Text, r.sync.prefix+"cloudflare-proxied=false")
	}
	return finding("record "+r.Host+" "+typeOf(n.wanted), fmt.Sprintf("the provider does not proxy a record to %s", list(n.wanted)), remedy, evidence...)
}

// atOnce is the time in which a record and its mark are written together.
const atOnce = time.Minute

func findTakeover(r *route) []Finding {
	n := r.naming()
	if n.state != wrong || !r.sync.owned {
		return nil
	}
	for _, rec := range n.held {
		m, ok := r.markOf(r.Host, rec.Type)
		if !ok || m.owner != r.sync.owner || m.record.Created.Sub(rec.Created) < atOnce {
			continue
		}
		_, refused := r.refusedWith("81053", "81054", "81057", "81058")
		if rec.Type == typeOf(n.wanted) && !refused {
			continue // a mark that was lost and made again
		}
		return finding(rec.String(), fmt.Sprintf("%s is older than the ownership record that external-dns wrote beside it: somebody else made it", rec),
			drop("decide whose record it is; when it is this cluster's, delete the old record and external-dns writes its own", rec),
			rec.evidence(), m.record.evidence())
	}
	return nil
}

func findConflict(r *route) []Finding {
	n := r.naming()
	refused, ok := r.refusedWith("81053", "81054", "81057", "81058")
	if !ok || n.state == right || r.has(takeover) {
		return nil
	}
	evidence := []Evidence{logged(facts.ExternalDNS, refused.line)}
	name, inTheWay := r.recordName(n), []record(nil)
	for _, rec := range n.held {
		if rec.Type != typeOf(n.wanted) || inTheWay == nil {
			name, inTheWay = rec.String(), []record{rec}
		}
	}
	for _, rec := range inTheWay {
		evidence = append(evidence, rec.evidence())
	}
	return finding(name, fmt.Sprintf("%s, which external-dns did not make, is in the way of its record (code %s)", name, refused.code),
		drop("delete the record that is in the way", inTheWay...), evidence...)
}
