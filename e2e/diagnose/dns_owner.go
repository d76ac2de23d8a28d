package diagnose

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

// marked is the first of the held records with the mark beside it; ok is false when none has one, or nothing is to be marked.
func (r *route) marked(n naming) (rec record, m mark, ok bool) {
	for _, rec := range n.held {
		if m, ok := r.markOf(r.Host, rec.Type); ok {
			return rec, m, true
		}
	}
	return record{}, mark{}, false
}

// keepsOwners reports whether external-dns looks at marks at all.
func (r *route) keepsOwners() bool { return r.sync.Deployment != nil && r.sync.owned }

func findOwnerMismatch(r *route) []Finding {
	n := r.naming()
	if n.state != wrong || !r.keepsOwners() || r.has(recordConflict) {
		return nil
	}
	rec, m, ok := r.marked(n)
	if !ok || m.owner == r.sync.owner {
		return nil
	}
	return finding(rec.String(), fmt.Sprintf("%s belongs to owner %q, and this external-dns is %q: it leaves the record as it is", rec, m.owner, r.sync.owner),
		drop(fmt.Sprintf("delete the record and its ownership record, or take over the owner's id by --txt-owner-id=%s", m.owner), rec, m.record),
		rec.evidence(), m.record.evidence(), says(r.sync.String(), "owner id %s", r.sync.owner))
}

// undone is how often a record may have been created while the log tells of no deletion: once, and again after somebody deleted it by
// hand. What comes oftener comes from a program.
const undone = 2

// findDuplicateOwner looks for what another cluster undoes: a record that was created again and again without having been deleted here,
// or one that is changed again and again and marked for an Ingress that this cluster does not have.
func findDuplicateOwner(r *route) []Finding {
	if !r.keepsOwners() {
		return nil
	}
	created, updated := 0, 0
	var last change
	for _, c := range r.sync.syncs.changes[r.Host] {
		if c.kind == "TXT" {
			continue
		}
		switch c.action {
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
	evidence := []Evidence{says(r.sync.String(), "owner id %s", r.sync.owner)}
	rec, m, marked := r.marked(r.naming())
	foreign := marked && m.owner == r.sync.owner && r.orphaned(m)
	switch {
	case created > undone:
		evidence = append(evidence, says("log "+string(facts.ExternalDNS), "%d times action=CREATE record=%s, and no DELETE between them; the last: %s", created, r.Host, last.line))
	case updated >= undone && foreign:
		evidence = append(evidence, says("log "+string(facts.ExternalDNS), "%d times action=UPDATE record=%s; the last: %s", updated, r.Host, last.line))
	default:
		return nil
	}
	if foreign {
		evidence = append(evidence, m.record.evidence(), rec.evidence())
	}
	return finding(r.sync.String(), fmt.Sprintf("another cluster writes under the same owner id %q and undoes the record of %s", r.sync.owner, r.Host),
		r.addFlag("give each cluster an owner id of its own, this one for example "+r.sync.owner+"-2; records of the old id must then be taken over", "--txt-owner-id="+r.sync.owner+"-2"), evidence...)
}

func findUpsertOnly(r *route) []Finding {
	n := r.naming()
	if !r.keepsOwners() || r.sync.policy != "create-only" && r.sync.policy != "upsert-only" {
		return nil
	}
	rec, m, ok := r.marked(n)
	if !ok || m.owner != r.sync.owner {
		return nil
	}
	policy := says(r.sync.String(), "policy %s", r.sync.policy)
	switch {
	case r.ingress == nil && r.orphaned(m):
		return finding(rec.String(), fmt.Sprintf("%s was made for %s, which is gone, and policy %s deletes nothing", rec, m.resource, r.sync.policy),
			drop("delete the record, or set --policy=sync", rec, m.record), rec.evidence(), m.record.evidence(), policy)
	case n.state == wrong && r.sync.policy == "create-only":
		return finding(rec.String(), fmt.Sprintf("%s is out of date, and policy create-only changes nothing", rec),
			r.addFlag("set --policy=sync, or delete the record: external-dns makes it again", "--policy=sync"), rec.evidence(), policy,
			says(ingressName(r.ingress), "status %s", list(n.wanted)))
	}
	return nil
}

func findUnowned(r *route) []Finding {
	n := r.naming()
	if n.state != wrong || !r.keepsOwners() || r.has(recordConflict, ownerOrPrefix) {
		return nil
	}
	if _, _, ok := r.marked(n); ok {
		return nil
	}
	rec := n.held[0]
	return finding(rec.String(), fmt.Sprintf("%s was not made by external-dns, which leaves it as it is", rec),
		drop("delete the record: external-dns makes it again at its next sync", n.held...), rec.evidence(),
		says("zone "+rec.zone.Name, "no ownership record among %s", list(r.sync.registry.names(r.Host, rec.Type))), says(ingressName(r.ingress), "status %s", list(n.wanted)))
}

func findUnownedRight(r *route) []Finding {
	n := r.naming()
	if n.state != right || len(n.held) == 0 || !r.keepsOwners() || r.has(ownerOrPrefix) {
		return nil
	}
	if _, _, ok := r.marked(n); ok {
		return nil
	}
	rec := n.held[0]
	return finding(rec.String(), fmt.Sprintf("%s is right, but was not made by external-dns: it will not follow the Ingress", rec),
		drop("delete the record: external-dns makes it again at its next sync", n.held...), rec.evidence())
}

// findDeletedOnEmpty is about a record that external-dns deleted itself though its Ingress is there. While the Ingress still has no
// address that is the cause; afterwards this is what is left of it.
func findDeletedOnEmpty(r *route) []Finding {
	changes := r.sync.syncs.changes[r.Host]
	if r.ingress == nil || r.sync.policy != "sync" || len(changes) == 0 || len(r.records) > 0 || r.has(duplicateOwner) {
		return nil
	}
	last := changes[len(changes)-1]
	if last.action != "DELETE" || last.line.Time.Before(r.ingress.CreationTimestamp.Time) {
		return nil // the record of an Ingress that was deleted and made again is another matter
	}
	evidence := []Evidence{logged(facts.ExternalDNS, last.line), says(ingressName(r.ingress), "status %s", list(r.published))}
	if r.asked && r.answers.Resolver.Rcode != "" {
		evidence = append(evidence, says("DNS resolver", "%s", r.answers.Resolver.Rcode))
	}
	return finding("record "+r.Host+" "+typeOf(r.published), fmt.Sprintf("external-dns deleted the record of %s while its Ingress had no address", r.Host),
		r.resync("keep the address in the Ingress's status; with it there, a restart of external-dns writes the record at once, and resolvers forget that it was gone after the zone's negative TTL"), evidence...)
}
