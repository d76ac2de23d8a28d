package certmanager

import (
	"time"

	api "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	meta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
)

// Condition finds a condition of a Certificate; nil when there is none.
func Condition(c *api.Certificate, kind api.CertificateConditionType) *api.CertificateCondition {
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

// True reports whether a Certificate has a condition, and it holds.
func True(c *api.Certificate, kind api.CertificateConditionType) bool {
	found := Condition(c, kind)
	return found != nil && found.Status == meta.ConditionTrue
}

// RequestReady is the condition Ready of a request; nil when it has none yet.
func RequestReady(r *api.CertificateRequest) *api.CertificateRequestCondition {
	for i := range r.Status.Conditions {
		if r.Status.Conditions[i].Type == api.CertificateRequestConditionReady {
			return &r.Status.Conditions[i]
		}
	}
	return nil
}

// IssuerReady is the condition Ready of an issuer of either kind; nil when it has none yet.
func IssuerReady(s *api.IssuerStatus) *api.IssuerCondition {
	if s == nil {
		return nil
	}
	for i := range s.Conditions {
		if s.Conditions[i].Type == api.IssuerConditionReady {
			return &s.Conditions[i]
		}
	}
	return nil
}

// Unsettled reports whether an issuance of the Certificate is under way, or the last one failed.
func Unsettled(c *api.Certificate) bool {
	if c == nil {
		return false
	}
	return !True(c, api.CertificateConditionReady) || True(c, api.CertificateConditionIssuing) ||
		c.Status.LastFailureTime != nil
}

// Retry is when cert-manager tries again after a failed issuance; false when it waits for nothing of the kind.
func Retry(c *api.Certificate) (time.Time, bool) {
	if c == nil || c.Status.LastFailureTime == nil || True(c, api.CertificateConditionIssuing) {
		return time.Time{}, false
	}
	wait := FirstRetry
	for n := Attempts(c); n > 1 && wait < MaxRetry; n-- {
		wait *= 2
	}
	return c.Status.LastFailureTime.Add(wait), true
}

// Attempts is how many issuances of the Certificate failed in a row; 1 where a failure is not counted.
func Attempts(c *api.Certificate) int {
	if n := c.Status.FailedIssuanceAttempts; n != nil && *n > 0 {
		return *n
	}
	return 1
}
