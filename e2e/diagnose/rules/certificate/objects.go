package certificate

import (
	"time"

	acme "github.com/cert-manager/cert-manager/pkg/apis/acme/v1"
	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const (
	ready   = certmanager.CertificateConditionReady
	issuing = certmanager.CertificateConditionIssuing
)

func challengeName(c *acme.Challenge) string {
	return diagnose.Object("Challenge", c.Namespace, c.Name)
}

func orderName(o *acme.Order) string { return diagnose.Object("Order", o.Namespace, o.Name) }

// condition finds a condition of a Certificate; nil when there is none.
func condition(
	c *certmanager.Certificate,
	kind certmanager.CertificateConditionType,
) *certmanager.CertificateCondition {
	if c == nil {
		return nil
	}
	for i := range c.Status.Conditions {
		if c.Status.Conditions[i].Type == kind {
			return &c.Status.Conditions[i]
		}
	}
	return nil
}

func holds(c *certmanager.CertificateCondition) bool {
	return c != nil && c.Status == cmmeta.ConditionTrue
}

func requestReady(r *certmanager.CertificateRequest) *certmanager.CertificateRequestCondition {
	for i := range r.Status.Conditions {
		if r.Status.Conditions[i].Type == certmanager.CertificateRequestConditionReady {
			return &r.Status.Conditions[i]
		}
	}
	return nil
}

// issuerReady is the condition Ready of the route's issuer; nil when there is no such issuer, or it has no condition
// yet.
func issuerReady(r *diagnose.Route) *certmanager.IssuerCondition {
	if r.Issuer.Status == nil {
		return nil
	}
	for i := range r.Issuer.Status.Conditions {
		if r.Issuer.Status.Conditions[i].Type == certmanager.IssuerConditionReady {
			return &r.Issuer.Status.Conditions[i]
		}
	}
	return nil
}

// unsettled reports whether an issuance of the route's Certificate is under way, or the last one failed.
func unsettled(r *diagnose.Route) bool {
	if r.Certificate == nil {
		return false
	}
	return !holds(condition(r.Certificate, ready)) || holds(condition(r.Certificate, issuing)) ||
		r.Certificate.Status.LastFailureTime != nil
}

// backingOff is when cert-manager tries again after a failed issuance; false when it does not wait for that. The
// delay doubles from one hour to 32 (cert-manager pkg/controller/certificates/trigger).
func backingOff(r *diagnose.Route) (time.Time, bool) {
	if r.Certificate == nil || r.Certificate.Status.LastFailureTime == nil ||
		holds(condition(r.Certificate, issuing)) {
		return time.Time{}, false
	}
	attempts := 1
	if n := r.Certificate.Status.FailedIssuanceAttempts; n != nil {
		attempts = min(max(*n, 1), 6)
	}
	next := r.Certificate.Status.LastFailureTime.Add(time.Hour << (attempts - 1))
	return next, next.After(r.Index.Snapshot.Time)
}

// begun is when the issuance that is under way began.
func begun(r *diagnose.Route) time.Time {
	if r.Request != nil {
		return r.Request.CreationTimestamp.Time
	}
	if cond := condition(r.Certificate, issuing); cond != nil && cond.LastTransitionTime != nil {
		return cond.LastTransitionTime.Time
	}
	return r.Certificate.CreationTimestamp.Time
}

// namesHost reports whether a Certificate is for the host.
func namesHost(c *certmanager.Certificate, host string) bool {
	if c.Spec.CommonName == host {
		return true
	}
	for _, n := range c.Spec.DNSNames {
		if diagnose.Covers(n, host) {
			return true
		}
	}
	return false
}
