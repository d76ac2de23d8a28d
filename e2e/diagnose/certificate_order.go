package diagnose

import (
	"fmt"
	"strings"
	"time"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

func findRateLimited(r *route) []Finding {
	s, ok := r.said("urn:ietf:params:acme:error:rateLimited")
	if !ok {
		return nil
	}
	until, known := retryAfter(s.text)
	if known && !until.After(r.s.Time) {
		return nil // over: what is left is the back-off
	}
	when := "for some hours"
	if known {
		when = "until " + stamp(until)
	}
	return finding(r.orderOrCertificate(), "the ACME server's rate limit is reached "+when,
		Remedy{Text: "wait " + when + "; test against a staging issuer, and keep the Secrets of certificates when a cluster is rebuilt"}, s.evidence())
}

// retryAfter reads when a rate limit ends: "retry after 2026-03-02 04:05:06 UTC", or in RFC 3339 as it was before.
func retryAfter(text string) (time.Time, bool) {
	_, text, ok := strings.Cut(text, "retry after ")
	if !ok {
		return time.Time{}, false
	}
	for _, layout := range []string{"2006-01-02 15:04:05 MST", time.RFC3339} {
		if len(text) >= len(layout) {
			if t, err := time.Parse(layout, text[:len(layout)]); err == nil {
				return t, true
			}
		}
	}
	if word, _, _ := strings.Cut(text, " "); word != "" {
		if t, err := time.Parse(time.RFC3339, strings.TrimRight(word, ":,.")); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

func (r *route) orderOrCertificate() string {
	if r.order != nil {
		return orderName(r.order)
	}
	return certificateName(r.certificate)
}

func findRejected(r *route) []Finding {
	s, ok := r.said("urn:ietf:params:acme:error:rejectedIdentifier")
	if !ok {
		return nil
	}
	return finding(ingressName(r.ingress), fmt.Sprintf("the ACME server does not issue for %s", list(r.certificate.Spec.DNSNames)),
		Remedy{Text: "use a public name", Command: fmt.Sprintf("kubectl -n %s edit ingress %s", r.Ingress.Namespace, r.Ingress.Name)}, s.evidence())
}

func findCAA(r *route) []Finding {
	s, ok := r.said("urn:ietf:params:acme:error:caa", "prevents issuance", "SERVFAIL looking up CAA")
	if !ok {
		return nil
	}
	at, allowed, known := r.authorizations()
	if _, waits := r.backingOff(); waits && known && !forbids(allowed) && !strings.Contains(s.text, "SERVFAIL") {
		return nil // cured: what is left is the back-off
	}
	evidence := []Evidence{s.evidence()}
	if len(allowed) > 0 {
		evidence = append(evidence, says("record "+at+" CAA", "%s", list(allowed)))
	}
	return finding("record "+at+" CAA", "a CAA record forbids the CA to issue for "+r.Host, Remedy{
		Text: "allow the CA in the CAA record",
		Command: `curl -fsS -X POST -H "Authorization: Bearer $CF_API_TOKEN" "https://api.cloudflare.com/client/v4/zones/$ZONE_ID/dns_records" ` +
			`--json '{"type":"CAA","name":"` + at + `","data":{"flags":0,"tag":"issue","value":"letsencrypt.org"}}'`,
	}, evidence...)
}

// authorizations are the CAA records that hold for the host, and the name that has them: the closest that has any (RFC 8659 section 3).
func (r *route) authorizations() (at string, values []string, known bool) {
	host := strings.TrimPrefix(r.Host, "*.")
	if d, ok := r.s.Domains[r.Host]; ok && d.Error == "" {
		if at = d.CAAAt; at == "" {
			at = host
		}
		return at, d.CAA, true
	}
	if r.zone == nil || !r.looked(facts.Provider, r.zone.Name) {
		return host, nil, false
	}
	for at = host; ; {
		for _, rec := range r.index.records[at] {
			if rec.Type == "CAA" {
				values = append(values, rec.Content)
			}
		}
		_, parent, _ := strings.Cut(at, ".")
		if len(values) > 0 || at == r.zone.Name {
			return at, values, true
		}
		at = parent
	}
}

// forbids reports whether CAA records keep Let's Encrypt out: property names and the issuer's domain are without case.
func forbids(values []string) bool {
	limited := false
	for _, value := range values {
		words := strings.Fields(strings.ToLower(value))
		if len(words) < 3 || words[1] != "issue" {
			continue
		}
		limited = true
		if strings.HasPrefix(strings.Trim(words[2], `"`), "letsencrypt.org") {
			return false
		}
	}
	return limited
}

func findSecondary(r *route) []Finding {
	s, ok := r.said("During secondary validation")
	if !ok || r.has(caaForbids) {
		return nil
	}
	return finding(r.deepest(), "the CA saw the TXT record from one place, and not from others: it spreads slowly, or name servers do not answer everywhere alike",
		r.renew("try again; when it comes back, let the name servers answer everywhere"), s.evidence())
}

// deepest is the deepest object of the issuance.
func (r *route) deepest() string {
	if r.challenge != nil {
		return challengeName(r.challenge)
	}
	return r.orderOrCertificate()
}

// ordering is how long the ACME server may take for a new order, with the retries of its client.
const ordering = time.Minute

func findOrderNotCreated(r *route) []Finding {
	o := r.order
	if o == nil || !r.unsettled() || !r.unexplained(Certificate) || o.Status.URL != "" || o.Status.State != "" || r.age(o.CreationTimestamp.Time) < ordering {
		return nil
	}
	evidence := []Evidence{says(orderName(o), "no URL and no state, created %s", stamp(o.CreationTimestamp.Time))}
	if s, ok := r.said("Waiting on certificate issuance from order"); ok {
		evidence = append(evidence, s.evidence())
	}
	namespace, name := r.manager.space(), "cert-manager"
	if r.manager.Deployment != nil {
		name = r.manager.Name
	}
	return finding(orderName(o), fmt.Sprintf("the ACME server of %s has not made the order; cert-manager tries again and again", r.issuer), Remedy{
		Text: "the log of cert-manager says what the ACME server answers", Command: fmt.Sprintf("kubectl -n %s logs deploy/%s --since=10m", namespace, name),
	}, evidence...)
}
