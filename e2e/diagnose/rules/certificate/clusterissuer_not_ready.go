package certificate

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const issuerNotReady diagnose.Code = "clusterissuer-not-ready"

func issuerNotReadyRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     issuerNotReady,
		Meaning:  "the issuer is not ready",
		Evidence: "its condition Ready=False, with a reason that no more exact code knows",
		Remedy:   "cure what the condition says",
		After: []diagnose.Code{
			crdsMissing,
			controllerDown,
			webhookNotReady,
			bothAnnotations,
			noAnnotation,
			tlsBlockInvalid,
			badAnnotation,
			sharedSecretName,
			manualCertificate,
			issuerKind,
			issuerNotFound,
			clockSkew,
			acmeContact,
			acmeKey,
			acmeUnreachable,
		},
		Find: findIssuerNotReady,
	}}
}

func findIssuerNotReady(r *diagnose.Route) []diagnose.Finding {
	cond, ok := notReady(r)
	if !ok || !r.Unexplained(diagnose.Certificate) {
		return nil
	}
	kind, namespace := "clusterissuer", ""
	if r.Issuer.Namespace != "" {
		kind, namespace = "issuer", "-n "+r.Issuer.Namespace+" "
	}
	return diagnose.One(
		r.Issuer.String(),
		fmt.Sprintf("%s is not ready: %s: %s", r.Issuer, cond.Reason, diagnose.Short(cond.Message)),
		diagnose.Remedy{
			Text:    "cure what the condition says",
			Command: fmt.Sprintf("kubectl %sdescribe %s %s", namespace, kind, r.Issuer.Name),
		},
		diagnose.Fact(r.Issuer.String(), "%s: %s", cond.Reason, cond.Message),
	)
}
