package certificate

import (
	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const bothAnnotations diagnose.Code = "both-issuer-annotations"

func bothAnnotationsRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     bothAnnotations,
		Meaning:  "the Ingress names an Issuer and a ClusterIssuer, so cert-manager chooses neither",
		Evidence: "both annotations; an event BadConfig on the Ingress",
		Remedy:   "remove one of them",
		Find:     findBothAnnotations,
	}}
}

func findBothAnnotations(r *diagnose.Route) []diagnose.Finding {
	if !asksTLS(r) {
		return nil
	}
	name, kind := certmanager.IngressIssuerNameAnnotationKey, certmanager.IngressClusterIssuerNameAnnotationKey
	one, other := r.Source.Annotations[name], r.Source.Annotations[kind]
	if one == "" || other == "" {
		return nil
	}
	drop := name
	if r.Index.IssuerNamed(certmanager.ClusterIssuerKind, "", other).Config == nil &&
		r.Index.IssuerNamed(certmanager.IssuerKind, r.Ingress.Namespace, one).Config != nil {
		drop = kind
	}
	evidence := []diagnose.Evidence{
		diagnose.Fact(r.Source.String(), "annotations %s: %s, %s: %s", name, one, kind, other),
	}
	return diagnose.One(
		r.Source.String(),
		"the Ingress names an Issuer and a ClusterIssuer, so cert-manager chooses neither",
		r.Annotate(
			"remove one of the annotations",
			drop+"-",
		),
		append(evidence, badConfig(r, "bad annotations")...)...)
}
