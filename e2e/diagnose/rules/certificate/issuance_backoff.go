package certificate

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	cm "github.com/edgeproof/edgeproof/e2e/edge/certmanager"
)

const issuanceBackoff diagnose.Code = "issuance-backoff"

func issuanceBackoffRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     issuanceBackoff,
		Meaning:  "an issuance failed earlier and is tried again after 1 to 32 hours",
		Evidence: "Issuing=False with lastFailureTime, and nothing that would fail now",
		Remedy:   "wait, or request a renewal at once",
		Fallback: true,
		Kind:     diagnose.Wait,
		Find:     findIssuanceBackoff,
	}}
}

// findIssuanceBackoff is about a failure of the past: what fails now has been found by the rules before.
func findIssuanceBackoff(r *diagnose.Route) []diagnose.Finding {
	next, waits := backingOff(r)
	if !waits || r.Broken(diagnose.Certificate) || r.Blocker(diagnose.Certificate) != "" {
		return nil
	}
	status := r.Certificate.Status
	attempts := 1
	if status.FailedIssuanceAttempts != nil {
		attempts = *status.FailedIssuanceAttempts
	}
	evidence := []diagnose.Evidence{
		diagnose.Fact(
			diagnose.CertificateName(r.Certificate),
			"%d failed attempts, the last %s",
			attempts,
			diagnose.Stamp(status.LastFailureTime.Time),
		),
	}
	if cond := cm.Condition(r.Certificate, issuing); cond != nil {
		evidence = append(
			evidence,
			diagnose.Fact(
				diagnose.CertificateName(r.Certificate),
				"Issuing=%s, %s: %s",
				cond.Status,
				cond.Reason,
				cond.Message,
			),
		)
	}
	return diagnose.One(
		diagnose.CertificateName(r.Certificate),
		fmt.Sprintf(
			"an issuance failed at %s, and cert-manager tries again at %s",
			diagnose.Stamp(status.LastFailureTime.Time),
			diagnose.Stamp(next),
		),
		renew(r, "when the cause is corrected, request it at once"),
		evidence...)
}
