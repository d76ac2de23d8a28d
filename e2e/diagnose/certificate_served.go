package diagnose

import (
	"fmt"
	"strings"
	"time"

	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"

	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

// servedLeaf is the leaf that the controller's address, or else the host's name, answers with, and the probe that saw it; nil when
// nobody shook hands. Behind a proxy only the address tells of this cluster.
func (r *route) servedLeaf() (*probe.Report, *probe.Certificate) {
	for _, rep := range []*probe.Report{r.raw, r.https} {
		if rep != nil && rep.TLS != nil && len(rep.TLS.Chain) > 0 {
			return rep, &rep.TLS.Chain[0]
		}
	}
	return nil, nil
}

// leaf is the certificate in the Secret; nil when there is none.
func (r *route) leaf() *facts.Certificate {
	if r.secret == nil || len(r.secret.Certificates) == 0 {
		return nil
	}
	return &r.secret.Certificates[0]
}

const stagingMark = "(STAGING)"

func findStaging(r *route) []Finding {
	if r.block == nil || r.has(noAnnotation) {
		return nil
	}
	var evidence []Evidence
	if rep, cert := r.servedLeaf(); rep != nil && (rep.TLS.LeadsTo == "staging" || strings.Contains(cert.Issuer, stagingMark)) {
		evidence = append(evidence, says("probe "+rep.Request.URL, "certificate by %s, of the staging CA", cert.Issuer))
	}
	if leaf := r.leaf(); leaf != nil && strings.Contains(leaf.Issuer, stagingMark) {
		evidence = append(evidence, says(object("Secret", r.secret.Namespace, r.secret.Name), "certificate by %s", leaf.Issuer))
	}
	if len(evidence) == 0 && (r.leaf() == nil || r.secret.Annotations[certmanager.IssuerNameAnnotationKey] != r.issuer.name) {
		return nil
	}
	if !strings.Contains(r.server(), "staging") {
		return nil // asked of another issuer by now, which will replace it
	}
	evidence = append(evidence, says(r.issuer.String(), "server %s", r.server()))
	likely := r.likely("")
	if o := r.clusterIssuers[likely]; o == nil || o.Spec.ACME == nil || strings.Contains(o.Spec.ACME.Server, "staging") {
		return finding(r.issuer.String(), "the issuer asks the staging CA, which no browser trusts",
			r.patchIssuer("name the production CA", `{"spec":{"acme":{"server":"https://acme-v02.api.letsencrypt.org/directory"}}}`), evidence...)
	}
	if kind, n := issuerOf(r.ingress); n != "" {
		evidence = append(evidence, says(ingressName(r.ingress), "annotation %s: %s", annotationOf(kind), n))
	}
	return finding(ingressName(r.ingress), "the certificate is of the staging CA, which no browser trusts",
		r.annotate("name the production issuer", annotationOf(certmanager.ClusterIssuerKind)+"="+likely), evidence...)
}

// renewing is how long a renewal may be late before it counts as one that does not come.
const renewing = 10 * time.Minute

// findNotRenewed is a cause, whatever the layer waits for, unless another cause explains it.
func findNotRenewed(r *route) []Finding {
	if r.broken(Certificate) || r.blocker(Certificate) != "" {
		return nil
	}
	return r.notRenewed()
}

func findNotRenewedExplained(r *route) []Finding {
	if r.has(notRenewed) {
		return nil
	}
	return r.notRenewed()
}

// notRenewed goes by the times alone: Ready=True is not looked at again when they are over (#7895).
func (r *route) notRenewed() []Finding {
	if r.block == nil || r.certificate == nil {
		return nil
	}
	status := &r.certificate.Status
	expired := status.NotAfter != nil && !status.NotAfter.After(r.s.Time)
	late := status.RenewalTime != nil && r.age(status.RenewalTime.Time) > renewing && (!holds(condition(r.certificate, issuing)) || status.LastFailureTime != nil || r.age(r.begun()) > usual)
	if !expired && !late {
		return nil
	}
	var evidence []Evidence
	said := "the certificate should have been renewed"
	if status.RenewalTime != nil {
		said += " at " + stamp(status.RenewalTime.Time)
		evidence = append(evidence, says(certificateName(r.certificate), "renewalTime %s", stamp(status.RenewalTime.Time)))
	}
	if expired {
		said = "the certificate is over since " + stamp(status.NotAfter.Time)
		evidence = append(evidence, says(certificateName(r.certificate), "notAfter %s", stamp(status.NotAfter.Time)))
		if holds(condition(r.certificate, ready)) {
			said += ", though the Certificate says Ready=True"
			evidence = append(evidence, says(certificateName(r.certificate), "Ready=True"))
		}
	}
	for _, s := range r.sayings() {
		evidence = append(evidence, s.evidence())
	}
	return finding(certificateName(r.certificate), said+", and it was not renewed", r.renew("renew it, and see what its request says"), evidence...)
}

func findExpiredServed(r *route) []Finding {
	if r.block == nil || r.has(notRenewed) {
		return nil
	}
	rep, cert := r.servedLeaf()
	leaf := r.leaf()
	if cert == nil || cert.NotAfter.After(r.s.Time) || leaf == nil || leaf.SHA256 != cert.SHA256 {
		return nil // one that is not the Secret's is a matter of the ingress controller
	}
	secret := object("Secret", r.secret.Namespace, r.secret.Name)
	evidence := []Evidence{
		says("probe "+rep.Request.URL, "certificate %s, over since %s", cert.Subject, stamp(cert.NotAfter)), says(secret, "holds it: notAfter %s", stamp(leaf.NotAfter)),
	}
	if holds(condition(r.certificate, ready)) {
		evidence = append(evidence, says(certificateName(r.certificate), "Ready=True"))
	}
	return finding(secret, fmt.Sprintf("an expired certificate is served, over since %s, and nothing renews it", stamp(cert.NotAfter)), Remedy{
		Text:    "delete the Secret: cert-manager issues the certificate again",
		Command: fmt.Sprintf("kubectl -n %s delete secret %s", r.secret.Namespace, r.secret.Name),
	}, evidence...)
}
