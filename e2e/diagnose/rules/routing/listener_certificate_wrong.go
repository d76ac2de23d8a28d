package routing

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/edge/gateway"
)

const listenerCertificate diagnose.Code = "listener-certificate-wrong"

func listenerCertificateRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code: listenerCertificate,
		Meaning: "the certificate of another listener is served for the host: of one Gateway, or of two Gateways of " +
			"one class, " +
			"which share Traefik's certificates",
		Evidence: "the certificate that is served does not verify for the host, and a Secret that another listener " +
			"names holds it",
		Remedy: "give the listeners distinct hostnames, and each the certificate for its own",
		Find:   findListenerCertificate,
	}}
}

func findListenerCertificate(r *diagnose.Route) []diagnose.Finding {
	h := r.Shown()
	if r.Gateway == nil || h == nil || len(h.Chain) == 0 || h.Verified {
		return nil
	}
	held := r.Index.ByLeaf[h.Chain[0].SHA256]
	if held == nil || r.Secret == held {
		return nil
	}
	for _, g := range r.Index.Snapshot.GatewayAPI.Gateways {
		for _, l := range r.Index.Gateways.Listeners(gateway.SourceOf(&g)) {
			for _, secret := range l.Secrets() {
				if secret.Namespace != held.Namespace || secret.Name != held.Name {
					continue
				}
				evidence := []diagnose.Evidence{
					diagnose.Fact("handshake "+r.Host, "certificate of %s", h.Chain[0].Subject),
					diagnose.Fact(secret.String(), "holds it, for %s", diagnose.List(held.Certificates[0].Names)),
					diagnose.Fact(l.String(), "certificateRef %s, hostname %s", secret, host(l)),
				}
				for _, own := range r.Gateway.Taken() {
					if own.Terminates() {
						evidence = append(evidence, diagnose.Fact(own.String(), "hostname %s", host(own)))
					}
				}
				shared := ""
				if r.Source.Listener != nil && l.Of != (edge.Source{}) && l.Of != r.Source.Listener.Source {
					shared = ", of another Gateway of class " + string(g.Spec.GatewayClassName)
				}
				return diagnose.One(
					l.Of.String(),
					fmt.Sprintf("the certificate of %s is served for %s%s", l, r.Host, shared),
					diagnose.Remedy{Text: "give the listeners distinct hostnames, and each the certificate for its own"},
					evidence...)
			}
		}
	}
	return nil
}

func host(l *gateway.Listener) string {
	if l.Host() == "" {
		return "(any)"
	}
	return l.Host()
}
