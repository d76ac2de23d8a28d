package certificate

import (
	"fmt"
	"maps"
	"slices"

	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const issuerNotFound diagnose.Code = "issuer-name-not-found"

func issuerNotFoundRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    issuerNotFound,
		Meaning: "the issuer that the Ingress names does not exist",
		Evidence: "the annotation or the Certificate's issuerRef; `Referenced \"ClusterIssuer\" not found` (an event of " +
			"type Normal)",
		Remedy: "name one that exists",
		After:  []diagnose.Code{bothAnnotations},
		Find:   findIssuerNotFound,
	}}
}

func findIssuerNotFound(r *diagnose.Route) []diagnose.Finding {
	if !missingIssuer(r) || namesake(r) != "" {
		return nil
	}
	there := slices.Sorted(maps.Keys(r.Index.ClusterIssuers))
	pairs := []string{annotationOf(certmanager.ClusterIssuerKind) + "=" + likely(r, r.Issuer.Name)}
	if r.Issuer.Kind != certmanager.ClusterIssuerKind {
		pairs = append([]string{annotationOf(certmanager.IssuerKind) + "-"}, pairs...)
	}
	return diagnose.One(
		asker(r),
		fmt.Sprintf("%s does not exist; the ClusterIssuers are %s", r.Issuer, diagnose.List(there)),
		ask(r, "name an issuer that exists", certmanager.ClusterIssuerKind, likely(r, r.Issuer.Name), pairs...),
		append(issuerEvidence(r), diagnose.Fact("ClusterIssuers", "%s", diagnose.List(there)))...)
}
