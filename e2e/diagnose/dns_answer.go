package diagnose

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

// retrying is how long external-dns 0.21 and later may be silent while its client tries the provider's API again.
const retrying = 5 * time.Minute

// patience is the age of a last sync up to which the next one is not overdue.
func (r *route) patience() time.Duration {
	if len(r.sync.syncs.soft) > 0 && !r.sync.before(0, 21) {
		return max(retrying, r.sync.overdue())
	}
	return r.sync.overdue()
}

// findLag concludes from the last good sync: then the record was as the Ingress wanted it. When it is not now and nobody has touched it
// since, the Ingress has changed since, and the next sync follows it.
func findLag(r *route) []Finding {
	n := r.naming()
	if r.sync.Deployment == nil || n.state != absent && n.state != wrong || r.broken(DNS) || r.blocker(DNS) != "" {
		return nil
	}
	good := r.sync.syncs.good
	since := good
	switch {
	case n.state == wrong && r.changedSinceMarked(n):
		return nil // a sync that was under way then may be a good one and not have seen it
	case good.IsZero(): // it has not synced, or its log was not looked at
		since = r.ingress.CreationTimestamp.Time
		if started := r.sync.CreationTimestamp.Time; started.After(since) {
			since = started
		}
	case r.ingress.CreationTimestamp.After(good):
	case n.state == wrong && slices.ContainsFunc(n.held, func(rec record) bool { return !rec.Modified.IsZero() && rec.Modified.After(good) }):
		return nil // somebody else changed it
	case n.state == absent && r.wasThere():
		return nil
	}
	if r.age(since) > r.patience() {
		return nil
	}
	evidence := []Evidence{says(ingressName(r.ingress), "created %s, wants %s", stamp(r.ingress.CreationTimestamp.Time), list(n.wanted))}
	if !good.IsZero() {
		evidence = append(evidence, says("log "+string(facts.ExternalDNS), "last good sync %s, interval %s", stamp(good), r.sync.interval))
	}
	return finding(r.recordName(n), fmt.Sprintf("external-dns has not had its turn yet: it syncs every %s", r.sync.interval), r.resync("wait for the next sync, or restart external-dns"), evidence...)
}

// changedSinceMarked reports whether a record of the Ingress was changed after external-dns had written it and its mark: the Ingress has
// had its turn, even if that sync as a whole was no good one, and somebody else has changed the record since.
func (r *route) changedSinceMarked(n naming) bool {
	m, marked := r.markOf(r.Host, typeOf(n.wanted))
	if !marked || !m.record.Modified.After(r.ingress.CreationTimestamp.Time) {
		return false
	}
	return slices.ContainsFunc(n.held, func(rec record) bool { return rec.Modified.After(m.record.Modified) })
}

// wasThere reports whether the absent record existed: its mark still does, or external-dns logged that it wrote it.
func (r *route) wasThere() bool {
	if _, ok := r.markOf(r.Host, typeOf(r.naming().wanted)); ok {
		return true
	}
	changes := r.sync.syncs.changes[r.Host]
	return len(changes) > 0 && changes[len(changes)-1].action != "DELETE"
}

func findMissing(r *route) []Finding {
	n := r.naming()
	if n.state != absent || !r.unexplained(DNS) {
		return nil
	}
	evidence := []Evidence{says("zone "+r.zone.Name, "%d records, none of %s that holds an address", len(r.zone.Records), r.Host)}
	summary := fmt.Sprintf("%s has no record, though everything is there to write it", r.Host)
	if m, ok := r.markOf(r.Host, typeOf(n.wanted)); ok {
		summary = fmt.Sprintf("the record of %s was deleted, and not by external-dns: its ownership record is still there", r.Host)
		evidence = append(evidence, m.record.evidence())
	}
	return finding(r.recordName(n), summary+r.hanging(), r.resync("restart external-dns: it syncs at once"),
		append(evidence, r.syncEvidence(n)...)...)
}

func findWrongTarget(r *route) []Finding {
	n := r.naming()
	if !r.unexplained(DNS) {
		return nil
	}
	switch authority := r.answers.Authority; {
	case n.state == wrong:
		rec := n.held[0]
		return finding(rec.String(), fmt.Sprintf("%s says %s, and the Ingress's status %s%s", rec, list(contents(n.held)), list(n.wanted), r.hanging()),
			r.resync("restart external-dns: it syncs at once"), append([]Evidence{rec.evidence()}, append(r.syncEvidence(n), r.answerEvidence()...)...)...)
	case !r.asked || authority.Error != "" || authority.Rcode == "" || len(n.wanted) == 0 || typeOf(n.wanted) == "CNAME" || mixed(n.wanted) || r.proxied(n):
		return nil
	case n.state == right && !sameSet(n.wanted, authority.Addresses):
		servers := strings.Join(r.zone.NameServers, " ")
		return finding("zone "+r.zone.Name, fmt.Sprintf("the provider's record of %s is right, and the name servers that the world asks say otherwise", r.Host),
			Remedy{Text: "point the delegation of the zone to its name servers: " + servers, Command: "dig +trace NS " + r.zone.Name},
			append([]Evidence{n.evidence(r)}, r.answerEvidence()...)...)
	case n.state == unseen && !r.looked(facts.Provider, r.zoneName()) && !sameSet(n.wanted, authority.Addresses):
		return finding(r.recordName(n), fmt.Sprintf("the DNS says %s of %s, and the Ingress's status %s%s", answer(authority), r.Host, list(n.wanted), r.hanging()),
			r.resync("restart external-dns: it syncs at once"), append(r.syncEvidence(n), r.answerEvidence()...)...)
	}
	return nil
}

func findCache(r *route) []Finding {
	n := r.naming()
	authority, resolver := r.answers.Authority, r.answers.Resolver
	if !r.asked || r.proxied(n) || !sameSet(n.wanted, authority.Addresses) || resolver.Error != "" || resolver.Rcode == "" || sameSet(authority.Addresses, resolver.Addresses) {
		return nil
	}
	wait := "its negative TTL"
	if resolver.TTL > 0 {
		wait = (time.Duration(resolver.TTL) * time.Second).String()
	}
	return finding(r.recordName(n), fmt.Sprintf("a public resolver still answers %s; the zone's name servers have %s", answer(resolver), list(authority.Addresses)),
		Remedy{Text: "wait for " + wait}, r.answerEvidence()...)
}

// hanging says that the last sync is too long ago, for the end of a sentence.
func (r *route) hanging() string {
	if good := r.sync.syncs.good; !good.IsZero() && r.age(good) > r.patience() {
		return fmt.Sprintf("; external-dns last synced %s ago", r.age(good).Round(time.Second))
	}
	return ""
}

// proxied reports whether the name leads to the provider's proxy: by the record, or where no record is to be seen by what external-dns is
// told and by who answers.
func (r *route) proxied(n naming) bool {
	if r.looked(facts.Provider, r.zoneName()) && r.zone != nil {
		return slices.ContainsFunc(n.held, func(rec record) bool { return rec.Proxied })
	}
	asked, _ := r.toBeProxied()
	return asked || r.https != nil && r.https.HTTP != nil && strings.EqualFold(r.https.HTTP.Headers["Server"], "cloudflare")
}

func (r *route) zoneName() string {
	if r.zone == nil {
		return ""
	}
	return r.zone.Name
}

func (n naming) evidence(r *route) Evidence {
	return says(r.recordName(n), "content %s", list(contents(n.held)))
}

// syncEvidence is what external-dns knows: what the Ingress wants, and when it last synced.
func (r *route) syncEvidence(n naming) []Evidence {
	out := []Evidence{says(ingressName(r.ingress), "wants %s", list(n.wanted))}
	if good := r.sync.syncs.good; !good.IsZero() {
		out = append(out, says("log "+string(facts.ExternalDNS), "last good sync %s", stamp(good)))
	}
	return out
}

func (r *route) answerEvidence() []Evidence {
	if !r.asked {
		return nil
	}
	return []Evidence{says("DNS authority", "%s", answer(r.answers.Authority)), says("DNS resolver", "%s", answer(r.answers.Resolver))}
}

func answer(a facts.Answer) string {
	switch {
	case a.Error != "":
		return a.Error
	case len(a.Addresses) == 0:
		return a.Rcode + " without an address"
	}
	return fmt.Sprintf("%s, TTL %d", list(a.Addresses), a.TTL)
}
