package certificate

import (
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const crdsMissing diagnose.Code = "crds-missing"

func crdsMissingRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     crdsMissing,
		Meaning:  "the CRDs of cert-manager are not installed",
		Evidence: "the API server knows no kind of cert-manager.io/v1 or acme.cert-manager.io/v1",
		Remedy:   "install the chart with crds.enabled=true; deleting the CRDs deleted every Certificate",
		Find:     findCRDsMissing,
	}}
}

func findCRDsMissing(r *diagnose.Route) []diagnose.Finding {
	if !wantsCertificate(r) || r.Brought() {
		return nil
	}
	for _, kind := range []struct {
		part facts.Part
		name string
	}{
		{facts.Certificates, "certificates.cert-manager.io"},
		{facts.CertificateRequests, "certificaterequests.cert-manager.io"},
		{facts.ClusterIssuers, "clusterissuers.cert-manager.io"},
		{facts.Issuers, "issuers.cert-manager.io"},
		{facts.Orders, "orders.acme.cert-manager.io"},
		{facts.Challenges, "challenges.acme.cert-manager.io"},
	} {
		for _, e := range r.Index.Errors[kind.part] {
			if e.Reason != "NotFound" && !strings.Contains(e.Message, "no matches for kind") &&
				!strings.Contains(e.Message, "could not find the requested resource") {
				continue
			}
			version := "v1.19.3"
			if r.Index.CertManager.Version != nil {
				version = "v" + r.Index.CertManager.Version.String()
			}
			return diagnose.One(
				"CustomResourceDefinition "+kind.name,
				"the CRDs of cert-manager are not installed, so it can issue nothing",
				diagnose.Remedy{
					Text: "install the chart with crds.enabled=true, or the CRDs alone",
					Command: "kubectl apply -f https://github.com/cert-manager/cert-manager/releases/download/" + version +
						"/cert-manager.crds.yaml",
				},
				diagnose.Fact("API server", "%s", e.Message),
			)
		}
	}
	return nil
}

// wantsCertificate reports whether the Ingress asks for TLS, or names an issuer.
func wantsCertificate(r *diagnose.Route) bool {
	if r.Source == nil {
		return false
	}
	kind, _ := diagnose.IssuerOf(r.Source)
	return kind != "" || asksTLS(r)
}
