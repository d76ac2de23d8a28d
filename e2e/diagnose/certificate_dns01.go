package diagnose

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

// txtName is where the CA looks for the challenge's answer (RFC 8555 section 8.4).
func (r *route) txtName() string { return "_acme-challenge." + strings.TrimPrefix(r.Host, "*.") }

// answersAt are the TXT records for challenges of the host at the provider, those of this challenge and others.
func (r *route) answersAt() (own, others []record) {
	for _, rec := range r.index.records[r.txtName()] {
		switch {
		case rec.Type != "TXT":
		case r.challenge != nil && strings.Trim(rec.Content, `"`) == r.challenge.Spec.Key:
			own = append(own, rec)
		default:
			others = append(others, rec)
		}
	}
	return own, others
}

// txtEvidence tells what the provider holds for the challenge.
func (r *route) txtEvidence() []Evidence {
	if r.zone == nil || !r.looked(facts.Provider, r.zone.Name) {
		return nil
	}
	out := []Evidence(nil)
	if d, ok := r.s.Domains[r.Host]; ok {
		out = append(out, says("DNS authority", "TXT %s: %s", r.txtName(), list(d.Challenge.Authority.Data)), says("DNS resolver", "TXT %s: %s", r.txtName(), list(d.Challenge.Resolver.Data)))
	}
	own, others := r.answersAt()
	if len(own)+len(others) == 0 {
		return append(out, says("zone "+r.zone.Name, "no TXT record %s", r.txtName()))
	}
	for _, rec := range own {
		out = append(out, says(rec.String(), "that of this challenge, created %s", stamp(rec.Created)))
	}
	for _, rec := range others {
		out = append(out, says(rec.String(), "not of this challenge, created %s", stamp(rec.Created)))
	}
	return out
}

func findServfail(r *route) []Finding {
	s, ok := r.said("got 'SERVFAIL'", "returned SERVFAIL for", "SERVFAIL looking up TXT")
	if !ok {
		return nil
	}
	zone := r.Host
	if r.zone != nil {
		zone = r.zone.Name
	}
	return finding("zone "+zone, "name servers answer SERVFAIL for "+r.Host+": they are down, or DNSSEC does not fit", Remedy{
		Text:    "when the second command answers and the first does not, repair the DS record at the registrar; otherwise the name servers",
		Command: "dig SOA " + zone + "; dig +cd SOA " + zone,
	}, s.evidence())
}

// findWrongTXT knows the words of Let's Encrypt's Boulder and those of Pebble, the other CA of the same house.
func findWrongTXT(r *route) []Finding {
	s, ok := r.said("Incorrect TXT record", "Correct value not found for DNS challenge", "No TXT record", "NXDOMAIN looking up TXT")
	if !ok || r.has(secondary) {
		return nil
	}
	_, stale := r.answersAt()
	another := strings.Contains(s.text, "Incorrect TXT") || strings.Contains(s.text, "Correct value not found")
	if another && len(stale) == 0 && r.cleaned() {
		return nil // cured: what is left is the back-off
	}
	summary, remedy := fmt.Sprintf("the CA found no TXT record %s", r.txtName()), r.renew("see that the record reaches the zone's name servers, and try again")
	if another {
		summary = fmt.Sprintf("the CA found a TXT record %s that is not of this challenge", r.txtName())
		if len(stale) > 0 && r.manager.before(1, 20) {
			summary += "; cert-manager before 1.20 leaves one behind when it cannot clean up"
		}
		remedy = r.renew("delete the stale record and try again")
		if d := drop("", stale...); d.Command != "" {
			remedy.Command = d.Command + " && " + remedy.Command
		}
	}
	return finding("record "+r.txtName()+" TXT", summary, remedy, append([]Evidence{s.evidence()}, r.txtEvidence()...)...)
}

// forgetting is how long resolvers may go on answering with a TXT record that is gone.
const forgetting = 10 * time.Minute

// cleaned reports whether the failure is so old that nobody would find now what was found then: neither provider nor DNS has a TXT record
// for the challenge.
func (r *route) cleaned() bool {
	if _, waits := r.backingOff(); !waits || r.age(r.certificate.Status.LastFailureTime.Time) < forgetting || r.zone == nil || !r.looked(facts.Provider, r.zone.Name) {
		return false
	}
	d := r.s.Domains[r.Host]
	return len(d.Challenge.Authority.Data)+len(d.Challenge.Resolver.Data) == 0
}

func findPort53(r *route) []Finding {
	if r.challenge == nil || r.has(servfail) {
		return nil
	}
	s, ok := r.said(":53: i/o timeout", ":53: connect: connection refused", ":53: read: connection refused", "returned REFUSED for ", "read udp ")
	if !ok {
		return nil
	}
	return finding(r.manager.String(), "cert-manager cannot ask name servers on port 53: a firewall or a NetworkPolicy is in between",
		r.managerFlags("open UDP and TCP port 53, or ask by DNS over HTTPS", "--dns01-recursive-nameservers-only", "--dns01-recursive-nameservers=https://1.1.1.1/dns-query"),
		s.evidence())
}

func findSplitHorizon(r *route) []Finding {
	if r.challenge == nil || r.has(servfail, port53, zoneNotActive) {
		return nil
	}
	block := r.overrides()
	s, ok := r.said("Could not determine authoritative nameservers", "Could not determine the zone for", "Could not find the SOA record")
	if !ok {
		if s, ok = r.said("not yet propagated"); !ok || block == "" || r.age(r.challenge.CreationTimestamp.Time) < spreading {
			return nil
		}
	}
	evidence := append([]Evidence{s.evidence()}, r.txtEvidence()...)
	if block != "" {
		evidence = append(evidence, says("Corefile", "a server block of its own for %s", block))
	}
	if r.zone != nil && len(r.zone.NameServers) > 0 {
		evidence = append(evidence, says("zone "+r.zone.Name, "name servers %s", strings.Join(r.zone.NameServers, " ")))
	}
	return finding(r.manager.String(), "the cluster's resolver answers for the zone itself, so cert-manager does not find the public name servers",
		r.managerFlags("let cert-manager ask public resolvers only", "--dns01-recursive-nameservers-only", "--dns01-recursive-nameservers=1.1.1.1:53,8.8.8.8:53"),
		evidence...)
}

// overrides is the zone, the host's own or one above it, that the cluster's DNS treats apart; "" for none.
func (r *route) overrides() string {
	for rest, ok := r.Host, true; ok; _, rest, ok = strings.Cut(rest, ".") {
		if r.apart[rest] {
			return rest
		}
	}
	return ""
}

// spreading is how long a TXT record may take to be seen: longer than that is no waiting any more.
const spreading = 5 * time.Minute

// shownWithin is how long the provider takes at most to show a record at its own name servers.
const shownWithin = time.Minute

// hidden reports whether the provider has held the challenge's TXT record for longer than it should take to be seen, and the zone's name
// server does not show it.
func (r *route) hidden() bool {
	d, ok := r.s.Domains[r.Host]
	if !ok || d.Challenge.Authority.Error != "" || d.Challenge.Authority.Rcode == "" || r.challenge == nil || slices.Contains(d.Challenge.Authority.Data, r.challenge.Spec.Key) {
		return false
	}
	own, _ := r.answersAt()
	return slices.ContainsFunc(own, func(rec record) bool { return !rec.Created.IsZero() && r.age(rec.Created) > shownWithin })
}

func findNeverSeen(r *route) []Finding {
	c := r.challenge
	if c == nil || !c.Status.Presented || r.age(c.CreationTimestamp.Time) < spreading && !r.hidden() {
		return nil
	}
	s, ok := r.said("not yet propagated")
	if !ok || r.has(splitHorizon, zoneNotActive) {
		return nil
	}
	servers := "the zone's name servers"
	if r.zone != nil && len(r.zone.NameServers) > 0 {
		servers = r.zone.NameServers[0]
	}
	summary := fmt.Sprintf("the TXT record of the challenge has not been seen for %s", r.age(c.CreationTimestamp.Time).Round(time.Second))
	if own, _ := r.answersAt(); r.zone != nil && r.looked(facts.Provider, r.zone.Name) {
		if len(own) > 0 {
			summary += ": the provider has it, and the name servers that cert-manager asks do not show it"
		} else {
			summary += ": the provider does not have it where it should be"
		}
	}
	command := fmt.Sprintf("dig TXT %s @%s", r.txtName(), servers)
	if strings.Contains(servers, " ") {
		command = "dig TXT " + r.txtName()
	}
	evidence := slices.Concat([]Evidence{s.evidence(), says(challengeName(c), "presented, created %s", stamp(c.CreationTimestamp.Time))}, r.txtEvidence())
	return finding(challengeName(c), summary, Remedy{Text: "see where the TXT record ends: zone, delegation, or the cluster's resolver", Command: command}, evidence...)
}
