package certificate

import (
	"fmt"

	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge"
)

const gatewayNoIssuer diagnose.Code = "gateway-no-issuer"

func gatewayNoIssuerRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code: gatewayNoIssuer,
		Meaning: "the Gateway names no issuer and the Secret of its listener does not exist, so nothing makes the " +
			"certificate; " +
			"annotations of the route are not read",
		Evidence: "no cert-manager.io/cluster-issuer nor cert-manager.io/issuer on the Gateway, no Secret, and no " +
			"Certificate for it",
		Remedy: "annotate the Gateway",
		Kinds:  edge.GatewayKinds(),
		Blocks: []diagnose.Layer{diagnose.Routing},
		Find:   findGatewayNoIssuer,
	}}
}

func findGatewayNoIssuer(r *diagnose.Route) []diagnose.Finding {
	if !unrequested(r) || r.Source.Issuer().Name != "" || r.ByDefault() || r.Brought() {
		return nil
	}
	asking := r.Source.AskedBy()
	evidence := []diagnose.Evidence{
		diagnose.Fact(asking.String(), "no annotation %s", certmanager.IngressClusterIssuerNameAnnotationKey),
		diagnose.Fact(secretName(r), "not found"),
	}
	for _, key := range []string{
		certmanager.IngressClusterIssuerNameAnnotationKey, certmanager.IngressIssuerNameAnnotationKey,
	} {
		if value := r.Source.Annotations[key]; value != "" && asking != r.Source.Source {
			evidence = append(evidence, diagnose.Fact(r.Source.String(),
				"annotation %s: %s is not read here: it belongs on the Gateway", key, value))
		}
	}
	return diagnose.One(
		asking.String(),
		fmt.Sprintf("%s names no issuer, and %s does not exist, so nothing makes the certificate of %s",
			asking, secretName(r), r.Host),
		diagnose.Remedy{
			Text:    "name the issuer on the Gateway",
			Command: asking.Annotate(certmanager.IngressClusterIssuerNameAnnotationKey + "=" + likely(r, "")),
		},
		evidence...)
}
