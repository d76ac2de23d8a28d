package routing

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const listenerAwaits diagnose.Code = "listener-awaits-certificate"

func listenerAwaitsRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code: listenerAwaits,
		Meaning: "the controller does not serve an HTTPS listener before the Secret of its certificate exists; this is " +
			"normal until the first certificate is issued",
		Evidence: "the Secret that the listener names does not exist; ResolvedRefs=False with InvalidCertificateRef",
		Remedy:   "none here: see the certificate layer",
		Kind:     diagnose.Wait,
		Find:     findListenerAwaits,
	}}
}

func findListenerAwaits(r *diagnose.Route) []diagnose.Finding {
	if r.Gateway == nil || r.Block == nil || r.Secret != nil || !r.Index.Looked(facts.Secrets, r.Held().Namespace) {
		return nil
	}
	secret := diagnose.Object("Secret", r.Held().Namespace, r.Held().Name)
	evidence := []diagnose.Evidence{diagnose.Fact(secret, "not found")}
	for _, l := range r.Gateway.Taken() {
		if c := l.Condition("ResolvedRefs"); l.Terminates() && refused(c) {
			evidence = append(evidence, conditionOf(l.String(), c))
		}
	}
	return diagnose.One(
		r.Source.AskedBy().String(),
		fmt.Sprintf("the HTTPS listener for %s is not served before %s exists", r.Host, secret),
		diagnose.Remedy{Text: "see the certificate layer"},
		evidence...)
}
