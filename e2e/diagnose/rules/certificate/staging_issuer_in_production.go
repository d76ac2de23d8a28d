package certificate

import (
	"strings"

	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const stagingIssuer diagnose.Code = "staging-issuer-in-production"

func stagingIssuerRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    stagingIssuer,
		Meaning: "the certificate comes from the staging CA, which no browser trusts",
		Evidence: "the certificate's issuer name contains (STAGING), in the answer or in the Secret, while everything is " +
			"Ready",
		Remedy: "name the production issuer",
		After:  []diagnose.Code{noAnnotation, underWay},
		Find:   findStaging,
	}}
}

const stagingMark = "(STAGING)"

func findStaging(r *diagnose.Route) []diagnose.Finding {
	if r.Block == nil || r.Has(noAnnotation) {
		return nil
	}
	var evidence []diagnose.Evidence
	if rep, cert := servedLeaf(r); rep != nil &&
		(rep.TLS.LeadsTo == "staging" || strings.Contains(cert.Issuer, stagingMark)) {
		evidence = append(
			evidence,
			diagnose.Fact("probe "+rep.Request.URL, "certificate by %s, of the staging CA", cert.Issuer),
		)
	}
	if leaf := leaf(r); leaf != nil && strings.Contains(leaf.Issuer, stagingMark) {
		evidence = append(
			evidence,
			diagnose.Fact(
				diagnose.Object("Secret", r.Secret.Namespace, r.Secret.Name),
				"certificate by %s",
				leaf.Issuer,
			),
		)
	}
	if len(evidence) == 0 &&
		(leaf(r) == nil || r.Secret.Annotations[certmanager.IssuerNameAnnotationKey] != r.Issuer.Name) {
		return nil
	}
	if !strings.Contains(server(r), "staging") {
		return nil // asked of another issuer by now, which will replace it
	}
	evidence = append(evidence, diagnose.Fact(r.Issuer.String(), "server %s", server(r)))
	likely := likely(r, "")
	if o := r.Index.ClusterIssuers[likely]; o == nil || o.Spec.ACME == nil ||
		strings.Contains(o.Spec.ACME.Server, "staging") {
		return diagnose.One(
			r.Issuer.String(),
			"the issuer uses the staging CA, which no browser trusts",
			patchIssuer(
				r,
				"name the production CA",
				`{"spec":{"acme":{"server":"https://acme-v02.api.letsencrypt.org/directory"}}}`,
			),
			evidence...)
	}
	if kind, n := diagnose.IssuerOf(r.Source); n != "" {
		evidence = append(
			evidence,
			diagnose.Fact(r.Source.AskedBy().String(), "annotation %s: %s", annotationOf(kind), n),
		)
	}
	return diagnose.One(
		asker(r),
		"the certificate is from the staging CA, which no browser trusts",
		ask(r, "name the production issuer", certmanager.ClusterIssuerKind, likely,
			annotationOf(certmanager.ClusterIssuerKind)+"="+likely),
		evidence...)
}
