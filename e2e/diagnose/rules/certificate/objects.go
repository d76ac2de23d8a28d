package certificate

import (
	"time"

	acme "github.com/cert-manager/cert-manager/pkg/apis/acme/v1"
	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge"
	cm "github.com/edgeproof/edgeproof/e2e/edge/certmanager"
)

const (
	ready   = certmanager.CertificateConditionReady
	issuing = certmanager.CertificateConditionIssuing
)

func challengeName(c *acme.Challenge) string {
	return diagnose.Object("Challenge", c.Namespace, c.Name)
}

func orderName(o *acme.Order) string { return diagnose.Object("Order", o.Namespace, o.Name) }

// backingOff is when cert-manager tries again after a failed issuance; false when it does not wait for that.
func backingOff(r *diagnose.Route) (time.Time, bool) {
	next, failed := cm.Retry(r.Certificate)
	return next, failed && next.After(r.Index.Snapshot.Time)
}

// begun is when the issuance that is under way began.
func begun(r *diagnose.Route) time.Time {
	if r.Request != nil {
		return r.Request.CreationTimestamp.Time
	}
	if cond := cm.Condition(r.Certificate, issuing); cond != nil && cond.LastTransitionTime != nil {
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
		if edge.Covers(n, host) {
			return true
		}
	}
	return false
}
