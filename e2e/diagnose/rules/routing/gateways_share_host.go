package routing

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/gateway"
)

const gatewaysShareHost diagnose.Code = "gateways-share-host"

func gatewaysShareHostRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code: gatewaysShareHost,
		Meaning: "two Gateways of one class have listeners for the host with different certificates: Traefik serves " +
			"both on the same " +
			"entry point and address, and which certificate a client gets is not defined",
		Evidence: "listeners of two Gateways of Traefik's class with one port, hostnames that overlap, and unequal " +
			"certificateRefs",
		Remedy: "let one Gateway listen for the host, or give both listeners the same certificate",
		Kind:   diagnose.Note,
		Find:   findGatewaysShareHost,
	}}
}

func findGatewaysShareHost(r *diagnose.Route) []diagnose.Finding {
	if r.Gateway == nil || !servedByTraefik(r) {
		return nil
	}
	for _, own := range r.Gateway.Taken() {
		if own.Gateway == nil || !own.Terminates() {
			continue
		}
		for _, g := range r.Index.Gateways.Gateways(string(own.Gateway.Spec.GatewayClassName)) {
			if g == own.Gateway {
				continue
			}
			for _, other := range r.Index.Gateways.Listeners(gateway.SourceOf(g)) {
				if _, common := gateway.Common(other.Host(), r.Host); !common || !other.Terminates() || other.Port != own.Port ||
					equal(own, other) {
					continue
				}
				return diagnose.One(
					other.Of.String(),
					fmt.Sprintf("%s listens for %s too, on the same port and with another certificate than %s", other, r.Host, own),
					diagnose.Remedy{Text: "let one Gateway listen for the host, or give both listeners the same certificate"},
					diagnose.Fact(own.String(), "hostname %s, certificateRefs %v", host(own), own.Secrets()),
					diagnose.Fact(other.String(), "hostname %s, certificateRefs %v", host(other), other.Secrets()),
				)
			}
		}
	}
	return nil
}

// equal reports whether two listeners name the same certificates.
func equal(a, b *gateway.Listener) bool { return fmt.Sprint(a.Secrets()) == fmt.Sprint(b.Secrets()) }
