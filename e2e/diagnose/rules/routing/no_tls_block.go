package routing

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const noTLSBlock diagnose.Code = "no-tls-block"

func noTLSBlockRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code: noTLSBlock,
		Meaning: "the Ingress has no TLS block: Traefik shows its self-signed certificate, and cert-manager has nothing " +
			"to do",
		Evidence: "spec.tls is empty, and no other Ingress has the host in a TLS block; the certificate is Traefik's " +
			"default",
		Remedy: "add a TLS block with the host and a Secret",
		Blocks: []diagnose.Layer{diagnose.Certificate},
		Find:   ofTraefik(findNoTLSBlock),
	}}
}

// findNoTLSBlock finds an Ingress that only its annotation asks a certificate for: cert-manager looks at TLS blocks.
func findNoTLSBlock(r *diagnose.Route) []diagnose.Finding {
	if r.Source == nil || len(r.Source.TLS) > 0 || r.HasTLSElsewhere() || r.Brought() {
		return nil
	}
	evidence := []diagnose.Evidence{diagnose.Fact(r.Source.String(), "spec.tls is empty")}
	if h := r.Shown(); h != nil && len(h.Chain) > 0 {
		evidence = append(evidence, diagnose.Fact("handshake "+r.Host, "certificate of %s", h.Chain[0].Subject))
	}
	secret := r.Ingress.Name + "-tls"
	return diagnose.One(
		r.Source.String(),
		"the Ingress has no TLS block, so no certificate is requested and HTTPS shows Traefik's default one",
		diagnose.Remedy{
			Text: "add a TLS block with the host and a Secret",
			Command: r.Source.Patch(
				"merge",
				fmt.Sprintf(`{"spec":{"tls":[{"hosts":["%s"],"secretName":"%s"}]}}`, r.Host, secret),
			),
		},
		evidence...)
}
