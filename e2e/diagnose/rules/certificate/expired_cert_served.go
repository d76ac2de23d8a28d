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
		Evidence: "the time of the served certificate is over, and it is the Secret's",
		Remedy:   "let cert-manager issue it",
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
			"certificate %s, over since %s",
			cert.Subject,
			diagnose.Stamp(cert.NotAfter),
		), diagnose.Fact(secret, "holds it: notAfter %s", diagnose.Stamp(leaf.NotAfter)),
	}
	if cm.True(r.Certificate, ready) {
		evidence = append(evidence, diagnose.Fact(diagnose.CertificateName(r.Certificate), "Ready=True"))
	}
	return diagnose.One(
		secret,
		fmt.Sprintf(
			"an expired certificate is served, over since %s, and nothing renews it",
			diagnose.Stamp(cert.NotAfter),
		),
		diagnose.Remedy{
			Text:    "delete the Secret: cert-manager issues the certificate again",
			Command: fmt.Sprintf("kubectl -n %s delete secret %s", r.Secret.Namespace, r.Secret.Name),
		},
		evidence...)
}
