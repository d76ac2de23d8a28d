package diagnose

import (
	"fmt"
	"strings"
	"time"

	acme "github.com/cert-manager/cert-manager/pkg/apis/acme/v1"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

// atOneTime is how many challenges cert-manager works on together (flag --max-concurrent-challenges).
const atOneTime = 60

func findQueued(r *route) []Finding {
	c := r.challenge
	if c == nil || !r.unsettled() || c.Status.Processing || c.Status.Reason != "" || c.Status.State != "" {
		return nil
	}
	for _, sibling := range r.contenders[c.Spec.DNSName] {
		if sibling == c || !sibling.Status.Processing || sibling.Spec.Type != c.Spec.Type {
			continue
		}
		return finding(challengeName(sibling), fmt.Sprintf("%s waits its turn: %s for the same name is under way", challengeName(c), challengeName(sibling)), Remedy{
			Text: "finish the other challenge, or delete it", Command: fmt.Sprintf("kubectl -n %s delete challenge %s", sibling.Namespace, sibling.Name),
		}, says(challengeName(c), "processing=false, no reason"), says(challengeName(sibling), "processing=true, %s", sibling.Status.Reason))
	}
	if r.working >= atOneTime {
		return finding(challengeName(c), fmt.Sprintf("%s waits its turn: cert-manager works on %d challenges", challengeName(c), r.working),
			Remedy{Text: "wait"}, says(challengeName(c), "processing=false, no reason"), says("Challenges", "%d with processing=true", r.working))
	}
	return nil
}

// ofCredential reports whether a challenge's reason is about the credential or the provider's API, which are judged in their own layer.
func ofCredential(reason string) bool {
	return strings.Contains(reason, "loudflare") || strings.Contains(reason, "Found no Zones")
}

// credentialCured tells that what the issuer's challenges present with is accepted, and may do what it must.
func (r *route) credentialCured() (Evidence, bool) {
	refs := r.refs[r.issuer.String()]
	for _, ref := range refs {
		t := r.tokens[ref]
		if t == nil || t.Status != active || t.ZoneRead == nil || !*t.ZoneRead || !known(edits(t, r.Host), true) || !seesZone(t, r.Host) {
			return Evidence{}, false
		}
	}
	if len(refs) == 0 {
		return Evidence{}, false
	}
	return says(refs[0].String(), "the provider accepts the token, which may edit the zone of %s", r.Host), true
}

// findPresentBackoff runs after the rules of the credential: what they blame is not cured.
func findPresentBackoff(r *route) []Finding {
	c := r.challenge
	if c == nil || !r.unsettled() || c.DeletionTimestamp != nil || c.Status.Presented || !ofCredential(c.Status.Reason) || !r.unexplained(Certificate) {
		return nil
	}
	cure, cured := r.credentialCured()
	if !cured {
		return nil
	}
	last := c.CreationTimestamp.Time
	for _, e := range r.eventsOf("Challenge", c.Namespace, c.Name) {
		if e.Reason == "PresentError" {
			last = eventTime(e)
			break
		}
	}
	remedy := Remedy{Text: "wait up to 30 minutes, or delete the Order: it is made again at once"}
	if r.order != nil {
		remedy.Command = fmt.Sprintf("kubectl -n %s delete order %s", r.order.Namespace, r.order.Name)
	}
	return finding(challengeName(c), fmt.Sprintf("the cause of the last error, %s ago, is cured, and cert-manager waits before it tries again", r.age(last).Round(time.Second)),
		remedy, says(challengeName(c), "%s", c.Status.Reason), cure)
}

// findIssuanceBackoff is about a failure of the past: what fails now has been found by the rules before.
func findIssuanceBackoff(r *route) []Finding {
	next, waits := r.backingOff()
	if !waits || r.broken(Certificate) || r.blocker(Certificate) != "" {
		return nil
	}
	status := r.certificate.Status
	attempts := 1
	if status.FailedIssuanceAttempts != nil {
		attempts = *status.FailedIssuanceAttempts
	}
	evidence := []Evidence{says(certificateName(r.certificate), "%d failed attempts, the last %s", attempts, stamp(status.LastFailureTime.Time))}
	if cond := condition(r.certificate, issuing); cond != nil {
		evidence = append(evidence, says(certificateName(r.certificate), "Issuing=%s, %s: %s", cond.Status, cond.Reason, cond.Message))
	}
	return finding(certificateName(r.certificate), fmt.Sprintf("an issuance failed at %s, and cert-manager tries again at %s", stamp(status.LastFailureTime.Time), stamp(next)),
		r.renew("when the cause is cured, ask for it at once"), evidence...)
}

// usual is the age up to which an issuance is under way as it should be: by DNS-01 it takes 60 to 90 s.
const usual = spreading

func findUnderWay(r *route) []Finding {
	if r.block == nil || !r.unexplained(Certificate) {
		return nil
	}
	if r.certificate == nil {
		if _, n := issuerOf(r.ingress); n == "" || r.age(r.ingress.CreationTimestamp.Time) > newborn || !r.looked(facts.Certificates, r.Ingress.Namespace) {
			return nil
		}
		return finding(ingressName(r.ingress), "the Ingress is new, and cert-manager has not made its Certificate yet", Remedy{Text: "wait"},
			says(ingressName(r.ingress), "created %s", stamp(r.ingress.CreationTimestamp.Time)))
	}
	if !r.unsettled() || r.age(r.begun()) > usual || r.failing() {
		return nil
	}
	evidence := []Evidence{says(certificateName(r.certificate), "issuance begun %s", stamp(r.begun()))}
	for _, s := range r.sayings() {
		evidence = append(evidence, s.evidence())
		break
	}
	return finding(certificateName(r.certificate), fmt.Sprintf("the certificate is being issued, for %s now", r.age(r.begun()).Round(time.Second)), Remedy{Text: "wait"}, evidence...)
}

// failing reports whether an object of the issuance tells of an error.
func (r *route) failing() bool {
	if c := r.challenge; c != nil && c.DeletionTimestamp == nil && c.Status.Reason != "" && !strings.HasPrefix(c.Status.Reason, "Waiting for ") && c.Status.State != acme.Valid {
		return true
	}
	return r.order != nil && (r.order.Status.Reason != "" || r.order.Status.State == acme.Invalid || r.order.Status.State == acme.Errored)
}

// findCleanupStuck looks at all challenges for the host: that of an older order may be the one that is stuck.
func findCleanupStuck(r *route) []Finding {
	if r.ingress == nil {
		return nil
	}
	for _, c := range r.contenders[strings.TrimPrefix(r.Host, "*.")] {
		if c.DeletionTimestamp == nil || c.Namespace != r.Ingress.Namespace || len(c.Finalizers) == 0 || r.age(c.DeletionTimestamp.Time) < newborn {
			continue
		}
		evidence := []Evidence{says(challengeName(c), "being deleted since %s, finalizers %s, state %s", stamp(c.DeletionTimestamp.Time), list(c.Finalizers), c.Status.State)}
		for _, e := range r.eventsOf("Challenge", c.Namespace, c.Name) {
			if e.Reason == "CleanUpError" {
				evidence = append(evidence, says("event on "+challengeName(c), "%s", e.Message))
				break
			}
		}
		summary := fmt.Sprintf("%s is done and cannot be cleaned up", challengeName(c))
		if holds(condition(r.certificate, ready)) {
			summary += "; the certificate is good"
		}
		return finding(challengeName(c), summary, Remedy{
			Text:    "restore the credential, and it goes by itself; at last resort remove the finalizer, and the TXT record by hand",
			Command: fmt.Sprintf(`kubectl -n %s patch challenge %s --type=merge -p '{"metadata":{"finalizers":null}}'`, c.Namespace, c.Name),
		}, evidence...)
	}
	return nil
}
