package certificate

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge"
)

const listenerHostless diagnose.Code = "listener-without-hostname"

func listenerHostlessRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code: listenerHostless,
		Meaning: "the listener has no hostname, so cert-manager does not know which name the certificate is for, and " +
			"skips it",
		Evidence: "hostname of the listener is empty, its Gateway is annotated with an issuer, and no Certificate " +
			"fills its Secret",
		Remedy: "give the listener a hostname",
		After:  []diagnose.Code{gatewayShimOff},
		Kinds:  edge.GatewayKinds(),
		Blocks: []diagnose.Layer{diagnose.Routing},
		Find:   findListenerHostless,
	}}
}

func findListenerHostless(r *diagnose.Route) []diagnose.Finding {
	if !unrequested(r) || r.Source.Issuer().Name == "" || r.Has(gatewayShimOff) || !hostless(r) {
		return nil
	}
	for _, l := range r.Gateway.Taken() {
		if !l.Terminates() || l.Host() != "" {
			continue
		}
		return diagnose.One(
			l.Of.String(),
			fmt.Sprintf("%s has no hostname, so cert-manager asks for no certificate for %s", l, r.Host),
			diagnose.Remedy{Text: "give the listener a hostname: " + r.Host + ", or a wildcard for it"},
			diagnose.Fact(l.String(), "no hostname"),
			diagnose.Fact("Certificates", "none fills %s", secretName(r)),
		)
	}
	return nil
}
