package diagnose

import (
	"time"

	acme "github.com/cert-manager/cert-manager/pkg/apis/acme/v1"
	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
)

const (
	ready   = certmanager.CertificateConditionReady
	issuing = certmanager.CertificateConditionIssuing
)

func challengeName(c *acme.Challenge) string { return object("Challenge", c.Namespace, c.Name) }

func orderName(o *acme.Order) string { return object("Order", o.Namespace, o.Name) }

// condition finds a condition of a Certificate; nil when there is none.
func condition(c *certmanager.Certificate, kind certmanager.CertificateConditionType) *certmanager.CertificateCondition {
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

// issuerReady is the condition Ready of the route's issuer; nil when there is no such issuer, or it has no condition yet.
func (r *route) issuerReady() *certmanager.IssuerCondition {
	if r.issuer.status == nil {
		return nil
	}
	for i := range r.issuer.status.Conditions {
		if r.issuer.status.Conditions[i].Type == certmanager.IssuerConditionReady {
			return &r.issuer.status.Conditions[i]
		}
	}
	return nil
}

// unsettled reports whether an issuance of the route's Certificate is under way, or the last one failed.
func (r *route) unsettled() bool {
	if r.certificate == nil {
		return false
	}
	return !holds(condition(r.certificate, ready)) || holds(condition(r.certificate, issuing)) || r.certificate.Status.LastFailureTime != nil
}

// backingOff is when cert-manager tries again after a failed issuance; false when it does not wait for that. The delay doubles from one
// hour to 32 (cert-manager pkg/controller/certificates/trigger).
func (r *route) backingOff() (time.Time, bool) {
	if r.certificate == nil || r.certificate.Status.LastFailureTime == nil || holds(condition(r.certificate, issuing)) {
		return time.Time{}, false
	}
	attempts := 1
	if n := r.certificate.Status.FailedIssuanceAttempts; n != nil {
		attempts = min(max(*n, 1), 6)
	}
	next := r.certificate.Status.LastFailureTime.Add(time.Hour << (attempts - 1))
	return next, next.After(r.s.Time)
}

// begun is when the issuance that is under way began.
func (r *route) begun() time.Time {
	if r.request != nil {
		return r.request.CreationTimestamp.Time
	}
	if cond := condition(r.certificate, issuing); cond != nil && cond.LastTransitionTime != nil {
		return cond.LastTransitionTime.Time
	}
	return r.certificate.CreationTimestamp.Time
}

// namesHost reports whether a Certificate is for the host.
func namesHost(c *certmanager.Certificate, host string) bool {
	if c.Spec.CommonName == host {
		return true
	}
	for _, n := range c.Spec.DNSNames {
		if covers(n, host) {
			return true
		}
	}
	return false
}

// madeFor is the Ingress that a Certificate was made for; "" when it was made by hand.
func madeFor(c *certmanager.Certificate) string {
	for _, o := range c.OwnerReferences {
		if o.Kind == "Ingress" {
			return o.Name
		}
	}
	return ""
}
