package certificate

import (
	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

// foreignIssuer reports whether the issuer is none of cert-manager's own kinds.
func foreignIssuer(r *diagnose.Route) bool {
	group := r.Source.Asks()[certmanager.IssuerGroupAnnotationKey]
	if r.Certificate != nil {
		group = r.Certificate.Spec.IssuerRef.Group
	}
	return group != "" && group != "cert-manager.io"
}

// missingIssuer reports whether the route names an issuer that is surely not there.
func missingIssuer(r *diagnose.Route) bool {
	if r.Source == nil || r.Issuer.Name == "" || r.Issuer.Config != nil || foreignIssuer(r) ||
		r.Has(bothAnnotations) {
		return false
	}
	if r.Issuer.Kind == certmanager.ClusterIssuerKind {
		return r.Index.Looked(facts.ClusterIssuers, "")
	}
	return r.Index.Looked(facts.Issuers, r.Ingress.Namespace)
}

// namesake is the kind under which the missing issuer exists, "" for none.
func namesake(r *diagnose.Route) string {
	if r.Issuer.Kind != certmanager.ClusterIssuerKind && r.Index.ClusterIssuers[r.Issuer.Name] != nil {
		return certmanager.ClusterIssuerKind
	}
	if r.Issuer.Kind == certmanager.ClusterIssuerKind && r.Index.Issuers[r.Named(r.Issuer.Name)] != nil {
		return certmanager.IssuerKind
	}
	return ""
}

func annotationOf(kind string) string {
	if kind == certmanager.ClusterIssuerKind {
		return certmanager.IngressClusterIssuerNameAnnotationKey
	}
	return certmanager.IngressIssuerNameAnnotationKey
}

// issuerEvidence is who names the missing issuer, and what cert-manager says of it.
func issuerEvidence(r *diagnose.Route) []diagnose.Evidence {
	var out []diagnose.Evidence
	if kind, n := diagnose.IssuerOf(r.Source); n != "" {
		out = append(out, diagnose.Fact(r.Source.AskedBy().String(), "annotation %s: %s", annotationOf(kind), n))
	}
	if r.Certificate != nil {
		out = append(out, diagnose.Fact(diagnose.CertificateName(r.Certificate), "issuerRef %s", r.Issuer))
	}
	if s, ok := said(r, "Referenced "); ok {
		out = append(out, s.evidence())
	}
	return out
}
