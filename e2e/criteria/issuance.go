package criteria

import (
	"time"

	acme "github.com/cert-manager/cert-manager/pkg/apis/acme/v1"
	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"

	"github.com/edgeproof/edgeproof/e2e/edge"
	cm "github.com/edgeproof/edgeproof/e2e/edge/certmanager"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
)

// issuanceParts are what an issuance is read from.
func issuanceParts() []facts.Part {
	return []facts.Part{
		facts.Ingresses, facts.ClusterIssuers, facts.Certificates, facts.CertificateRequests, facts.Orders,
		facts.Challenges,
	}
}

// certificateOf finds the Certificate that fills a Secret.
func certificateOf(s *facts.Snapshot, namespace, secret string) (*certmanager.Certificate, bool) {
	for i := range s.Certificates {
		if c := &s.Certificates[i]; c.Namespace == namespace && c.Spec.SecretName == secret {
			return c, true
		}
	}
	return nil, false
}

// issued notes what stands between a route and the certificates in its Secrets: the deepest object with a reason.
func issued(j *judge.Judgement, s *facts.Snapshot, i *edge.Route) {
	for n := range i.TLS {
		name := i.SecretName(&i.TLS[n])
		c, ok := certificateOf(s, name.Namespace, name.Name)
		switch {
		case !ok && i.Issuer() == (cm.Reference{}):
			j.Never("Certificate for Secret %s: no request for it, %s names no issuer", name, i.AskedBy())
		case !ok:
			j.Lacks("Certificate for Secret %s: not there yet: cert-manager makes it for %s", name, i.AskedBy())
		default:
			ready(j, s, c)
		}
	}
}

// ready notes why a Certificate is not ready. Ready=True is not looked at again by cert-manager when the time
// is over, so the time is.
func ready(j *judge.Judgement, s *facts.Snapshot, c *certmanager.Certificate) {
	name := c.Namespace + "/" + c.Name
	cond := cm.Condition(c, certmanager.CertificateConditionReady)
	switch {
	case cond != nil && cond.Status == cmmeta.ConditionTrue && cond.ObservedGeneration >= c.Generation:
		if c.Status.NotAfter != nil && !c.Status.NotAfter.After(s.Time) {
			j.Lacks("Certificate %s: says Ready, but is over since %s", name, c.Status.NotAfter.UTC().Format(time.RFC3339))
		}
		return
	case cond == nil:
		j.Lacks("Certificate %s: has no condition Ready yet: is cert-manager running?", name)
	default:
		j.Lacks("Certificate %s: Ready=%s, %s: %s", name, cond.Status, cond.Reason, judge.Short(cond.Message))
	}
	issuerWord(j, s, c)
	deepest(j, s, c)
}

// issuerWord says of an issuer that it is not there while others are, and waiting does not make it, or
// why it is not ready: the request itself knows only that it waits for it.
func issuerWord(j *judge.Judgement, s *facts.Snapshot, c *certmanager.Certificate) {
	if c.Spec.IssuerRef.Kind != certmanager.ClusterIssuerKind || len(s.ClusterIssuers) == 0 {
		return
	}
	issuer, ok := clusterIssuer(s, c.Spec.IssuerRef.Name)
	if !ok {
		j.Never("Certificate %s/%s: asks ClusterIssuer %s, which is not there", c.Namespace, c.Name, c.Spec.IssuerRef.Name)
		return
	}
	if cond := cm.IssuerReady(&issuer.Status); cond != nil && cond.Status != cmmeta.ConditionTrue {
		j.Lacks("ClusterIssuer %s: Ready=%s, %s: %s", issuer.Name, cond.Status, cond.Reason, judge.Short(cond.Message))
	}
}

// deepest follows a Certificate to its newest request, order and challenges, and notes what the last of them
// says. A request that failed is tried again after an hour: for a wait that is a permanent failure.
func deepest(j *judge.Judgement, s *facts.Snapshot, c *certmanager.Certificate) {
	issuance := cm.NewObjects(s.CertificateRequests, s.Orders, s.Challenges).Of(c)
	request := issuance.Request
	if request == nil {
		return
	}
	if cond := cm.RequestReady(request); cond != nil && cond.Status != cmmeta.ConditionTrue {
		note := j.Lacks
		if cond.Reason == certmanager.CertificateRequestReasonFailed ||
			cond.Reason == certmanager.CertificateRequestReasonDenied {
			note = j.Never
		}
		note("CertificateRequest %s/%s: %s: %s", request.Namespace, request.Name, cond.Reason, judge.Short(cond.Message))
	}
	if o := issuance.Order; o != nil && o.Status.State != acme.Valid && o.Status.Reason != "" {
		j.Lacks("Order %s/%s: %s: %s", o.Namespace, o.Name, o.Status.State, judge.Short(o.Status.Reason))
	}
	for _, c := range issuance.Challenges {
		if c.Status.Reason != "" && c.DeletionTimestamp == nil {
			j.Lacks("Challenge %s/%s: %s for %s, %s", c.Namespace, c.Name, orPending(c.Status.State), c.Spec.DNSName,
				judge.Short(c.Status.Reason))
		}
	}
}

func orPending(state acme.State) acme.State {
	if state == "" {
		return acme.Pending
	}
	return state
}
