package certificate

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge"
)

const refNotGranted diagnose.Code = "certificate-ref-not-granted"

func refNotGrantedRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code: refNotGranted,
		Meaning: "a listener names a Secret of another namespace, where no ReferenceGrant allows it, so it is not " +
			"programmed",
		Evidence: "certificateRefs with another namespace, and no ReferenceGrant there; ResolvedRefs=False with " +
			"RefNotPermitted",
		Remedy: "create a ReferenceGrant in the namespace of the Secret",
		Kinds:  edge.GatewayKinds(),
		Blocks: []diagnose.Layer{diagnose.Routing},
		Find:   findRefNotGranted,
	}}
}

func findRefNotGranted(r *diagnose.Route) []diagnose.Finding {
	for _, l := range r.Gateway.Taken() {
		for _, secret := range l.Secrets() {
			if r.Index.Gateways.Granted(l.Of, "", secret) {
				continue
			}
			evidence := []diagnose.Evidence{
				diagnose.Fact(l.String(), "certificateRef %s", secret),
				diagnose.Fact("ReferenceGrants", "none in namespace %s is for %s of namespace %s to Secret",
					secret.Namespace, l.Of.Kind, l.Of.Namespace),
			}
			if c := l.Condition("ResolvedRefs"); c != nil {
				evidence = append(evidence, diagnose.Fact(l.String(), "%s=%s %s: %s", c.Type, c.Status, c.Reason, c.Message))
			}
			return diagnose.One(
				l.Of.String(),
				fmt.Sprintf("%s names %s, of another namespace, and no ReferenceGrant there allows it", l, secret),
				diagnose.Remedy{
					Text: "create a ReferenceGrant in namespace " + secret.Namespace,
					Command: fmt.Sprintf(`kubectl apply -f - <<<'{"apiVersion":"gateway.networking.k8s.io/v1beta1",`+
						`"kind":"ReferenceGrant",`+
						`"metadata":{"name":"from-%s","namespace":"%s"},"spec":{"from":[{"group":"gateway.networking.k8s.io",`+
						`"kind":"%s","namespace":"%s"}],"to":[{"group":"","kind":"Secret","name":"%s"}]}}'`,
						l.Of.Namespace, secret.Namespace, l.Of.Kind, l.Of.Namespace, secret.Name),
				},
				evidence...)
		}
	}
	return nil
}
