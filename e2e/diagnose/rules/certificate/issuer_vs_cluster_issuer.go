package certificate

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const issuerKind diagnose.Code = "issuer-vs-cluster-issuer"

func issuerKindRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     issuerKind,
		Meaning:  "the Ingress names an Issuer where a ClusterIssuer of that name exists, or the reverse",
		Evidence: "`Referenced \"Issuer\" not found`, and the name exists as the other kind",
		Remedy:   "use the annotation of the other kind",
		After:    []diagnose.Code{bothAnnotations},
		Find:     findIssuerKind,
	}}
}

func findIssuerKind(r *diagnose.Route) []diagnose.Finding {
	if !missingIssuer(r) {
		return nil
	}
	kind := namesake(r)
	if kind == "" {
		return nil
	}
	return diagnose.One(
		asker(r),
		fmt.Sprintf(
			"%s does not exist, and there is %s %s: the annotation is that of the other kind",
			r.Issuer,
			kind,
			r.Issuer.Name,
		),
		ask(
			r,
			"use the annotation of the kind",
			kind, r.Issuer.Name,
			annotationOf(r.Issuer.Kind)+"-",
			annotationOf(kind)+"="+r.Issuer.Name,
		),
		issuerEvidence(r)...)
}
