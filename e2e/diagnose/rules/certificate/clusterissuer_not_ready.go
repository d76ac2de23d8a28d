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
		Evidence: "its condition is Ready=False, and no more specific code applies",
		Remedy:   "correct the cause that the condition names",
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
			acmeProblem,
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
			Text:    "correct the cause that the condition names",
			Command: fmt.Sprintf("kubectl %sdescribe %s %s", namespace, kind, r.Issuer.Name),
		},
		diagnose.Fact(r.Issuer.String(), "%s: %s", cond.Reason, cond.Message),
	)
}
