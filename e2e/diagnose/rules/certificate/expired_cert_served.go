package certificate

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	cm "github.com/edgeproof/edgeproof/e2e/edge/certmanager"
)

const expiredServed diagnose.Code = "expired-cert-served"

func expiredServedRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     expiredServed,
		Meaning:  "an expired certificate is served, and nothing renews it",
		Evidence: "the served certificate has expired, and it is the Secret's",
		Remedy:   "delete the Secret, so that cert-manager issues the certificate again",
		After:    []diagnose.Code{presentBackoff, issuanceBackoff, orderNotCreated, underWay, notRenewed},
		Fallback: true,
		Kind:     diagnose.Symptom,
		Find:     findExpiredServed,
	}}
}

func findExpiredServed(r *diagnose.Route) []diagnose.Finding {
	if r.Block == nil || r.Has(notRenewed) {
		return nil
	}
	rep, cert := servedLeaf(r)
	leaf := leaf(r)
	if cert == nil || cert.NotAfter.After(r.Index.Snapshot.Time) || leaf == nil || leaf.SHA256 != cert.SHA256 {
		return nil // one that is not the Secret's is a matter of the ingress controller
	}
	secret := diagnose.Object("Secret", r.Secret.Namespace, r.Secret.Name)
	evidence := []diagnose.Evidence{
		diagnose.Fact(
			"probe "+rep.Request.URL,
			"certificate %s, expired at %s",
			cert.Subject,
			diagnose.Stamp(cert.NotAfter),
		), diagnose.Fact(secret, "contains it: notAfter %s", diagnose.Stamp(leaf.NotAfter)),
	}
	if cm.True(r.Certificate, ready) {
		evidence = append(evidence, diagnose.Fact(diagnose.CertificateName(r.Certificate), "Ready=True"))
	}
	return diagnose.One(
		secret,
		fmt.Sprintf(
			"the served certificate expired at %s, and nothing renews it",
			diagnose.Stamp(cert.NotAfter),
		),
		diagnose.Remedy{
			Text:    "delete the Secret: cert-manager issues the certificate again",
			Command: fmt.Sprintf("kubectl -n %s delete secret %s", r.Secret.Namespace, r.Secret.Name),
		},
		evidence...)
}
