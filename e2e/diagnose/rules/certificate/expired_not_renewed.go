package certificate

import (
	"time"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	cm "github.com/edgeproof/edgeproof/e2e/edge/certmanager"
)

const notRenewed diagnose.Code = "expired-not-renewed"

func notRenewedRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     notRenewed,
		Meaning:  "the certificate was not renewed in time",
		Evidence: "the Certificate's renewalTime or notAfter is past; cert-manager does not update Ready=True at that time",
		Remedy:   "read the status of the renewal's CertificateRequest",
		After:    []diagnose.Code{orderNotCreated},
		Fallback: true,
		Find:     findNotRenewed,
	}, {
		Code: notRenewed,
		Kind: diagnose.Note,
		Find: findNotRenewedExplained,
	}}
}

// renewing is how long a renewal may be late before it counts as one that does not come.
const renewing = 10 * time.Minute

// findNotRenewed is a cause, whatever the layer waits for, unless another cause explains it.
func findNotRenewed(r *diagnose.Route) []diagnose.Finding {
	if r.Broken(diagnose.Certificate) || r.Blocker(diagnose.Certificate) != "" {
		return nil
	}
	return overdue(r)
}

func findNotRenewedExplained(r *diagnose.Route) []diagnose.Finding {
	if r.Has(notRenewed) {
		return nil
	}
	return overdue(r)
}

// notRenewed goes by the times alone: Ready=True is not looked at again when they are over (#7895).
func overdue(r *diagnose.Route) []diagnose.Finding {
	if r.Block == nil || r.Certificate == nil {
		return nil
	}
	status := &r.Certificate.Status
	expired := status.NotAfter != nil && !status.NotAfter.After(r.Index.Snapshot.Time)
	late := status.RenewalTime != nil && r.Age(status.RenewalTime.Time) > renewing &&
		(!cm.True(r.Certificate, issuing) || status.LastFailureTime != nil || r.Age(begun(r)) > usual)
	if !expired && !late {
		return nil
	}
	var evidence []diagnose.Evidence
	said := "the certificate should have been renewed"
	if status.RenewalTime != nil {
		said += " at " + diagnose.Stamp(status.RenewalTime.Time)
		evidence = append(
			evidence,
			diagnose.Fact(
				diagnose.CertificateName(r.Certificate),
				"renewalTime %s",
				diagnose.Stamp(status.RenewalTime.Time),
			),
		)
	}
	if expired {
		said = "the certificate expired at " + diagnose.Stamp(status.NotAfter.Time)
		evidence = append(
			evidence,
			diagnose.Fact(
				diagnose.CertificateName(r.Certificate),
				"notAfter %s",
				diagnose.Stamp(status.NotAfter.Time),
			),
		)
		if cm.True(r.Certificate, ready) {
			said += ", although the Certificate reports Ready=True"
			evidence = append(evidence, diagnose.Fact(diagnose.CertificateName(r.Certificate), "Ready=True"))
		}
	}
	for _, s := range sayings(r) {
		evidence = append(evidence, s.evidence())
	}
	return diagnose.One(
		diagnose.CertificateName(r.Certificate),
		said+", and it was not renewed",
		renew(r, "renew it, and read the status of its CertificateRequest"),
		evidence...)
}
