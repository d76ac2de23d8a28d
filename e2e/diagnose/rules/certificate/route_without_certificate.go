package certificate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const routeWithoutCertificate diagnose.Code = "route-without-certificate"

func routeWithoutCertificateRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code: routeWithoutCertificate,
		Meaning: "an IngressRoute names a Secret that nothing fills: cert-manager does not look at IngressRoutes, " +
			"whatever their " +
			"annotations",
		Evidence: "tls.secretName of the IngressRoute, no such Secret, and no Certificate with that secretName",
		Remedy:   "create a Certificate with that secretName and the host",
		Kinds:    []string{edge.IngressRoute},
		Find:     findRouteWithoutCertificate,
	}}
}

func findRouteWithoutCertificate(r *diagnose.Route) []diagnose.Finding {
	if r.Block == nil || r.Secret != nil || r.Certificate != nil || r.Brought() ||
		!r.Index.Looked(facts.Secrets, r.Held().Namespace) || !r.Index.Looked(facts.Certificates, r.Held().Namespace) {
		return nil
	}
	evidence := []diagnose.Evidence{
		diagnose.Fact(r.Source.String(), "tls.secretName %s", r.Block.Secret),
		diagnose.Fact(secretName(r), "not found"),
		diagnose.Fact("Certificates", "none fills it"),
	}
	for _, key := range slices.Sorted(keysOf(r.Source.Annotations)) {
		if strings.HasPrefix(key, "cert-manager.io/") {
			evidence = append(evidence, diagnose.Fact(r.Source.String(), "annotation %s is not read on an IngressRoute", key))
		}
	}
	for i := range r.Index.Snapshot.Certificates {
		if c := &r.Index.Snapshot.Certificates[i]; namesHost(c, r.Host) && len(evidence) < 6 {
			evidence = append(evidence, diagnose.Fact(
				diagnose.CertificateName(c), "is for the host, in Secret %s", c.Spec.SecretName))
		}
	}
	return diagnose.One(
		r.Source.String(),
		fmt.Sprintf("%s names %s, which nothing fills: no Certificate has that secretName", r.Source, secretName(r)),
		diagnose.Remedy{
			Text: "create a Certificate with that secretName and the host, in the namespace of the IngressRoute",
			Command: fmt.Sprintf(`kubectl apply -f - <<<'{"apiVersion":"cert-manager.io/v1","kind":"Certificate","metadata":`+
				`{"name":"%s","namespace":"%s"},"spec":{"secretName":"%s","dnsNames":["%s"],"issuerRef":{"kind":"ClusterIssuer",`+
				`"name":"%s"}}}'`, r.Block.Secret, r.Held().Namespace, r.Block.Secret, r.Host, likely(r, "")),
		},
		evidence...)
}
