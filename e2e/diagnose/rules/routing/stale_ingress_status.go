package routing

import (
	"fmt"
	"slices"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/traefik"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

const staleIngressStatus diagnose.Code = "stale-ingress-status"

func staleIngressStatusRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     staleIngressStatus,
		Meaning:  "the Ingress reports an address that the ingress controller no longer has, and DNS follows it",
		Evidence: "status.loadBalancer differs from the address of Traefik's Service",
		Remedy:   "restart or repair Traefik, which then writes the status",
		Blocks:   []diagnose.Layer{diagnose.DNS},
		Find:     ofTraefik(findStatusStale),
	}, {
		Code: staleIngressStatus,
		Find: ofTraefik(findAddressStale),
	}}
}

// findStatusStale finds an Ingress that still reports an address which the ingress controller no longer has. DNS
// follows it faithfully.
func findStatusStale(r *diagnose.Route) []diagnose.Finding {
	want := r.Address
	if fixed := r.Traefik.Config.Value(traefik.EndpointAddress); fixed != "" {
		want = fixed
	}
	if r.Traefik.Config.Value(traefik.EndpointName) != "" || want == "" || len(r.Published) == 0 ||
		slices.Contains(r.Published, want) ||
		r.Traefik.Service == nil {
		return nil
	}
	return diagnose.One(
		r.Source.String(),
		fmt.Sprintf(
			"the Ingress still reports %s, the ingress controller is at %s",
			diagnose.List(r.Published),
			want,
		),
		restartTraefik(r, "restart Traefik, so that it writes the status again; DNS follows in one interval"),
		diagnose.Fact(
			r.Source.String(),
			"status.loadBalancer %s",
			diagnose.List(r.Published),
		),
		diagnose.Fact(serviceName(r.Traefik.Service), "address %s", r.Address),
	)
}

// findAddressStale finds a fixed address that Traefik is configured to publish and where nothing listens, while
// its Service has another and answers there. Alone that the two differ says nothing: the fixed one may be that
// of a router in front.
func findAddressStale(r *diagnose.Route) []diagnose.Finding {
	fixed := r.Traefik.Config.Value(traefik.EndpointAddress)
	if fixed == "" || r.Address == "" || fixed == r.Address || !slices.Contains(r.Published, fixed) ||
		diagnose.Unreachable(fixed) {
		return nil
	}
	if r.RawIP == nil || r.RawIP.HTTP == nil || r.HTTPS == nil || r.HTTPS.Failed != probe.StepConnect {
		return nil
	}
	return diagnose.One(
		r.Traefik.String(),
		fmt.Sprintf("Traefik is configured to publish %s, where nothing listens; its Service is at %s", fixed, r.Address),
		diagnose.Remedy{
			Text: fmt.Sprintf(
				"replace --%s with --%s=NAMESPACE/SERVICE, so that the address follows the Service",
				traefik.EndpointAddress,
				traefik.PublishedService,
			),
		},
		diagnose.Fact(
			r.Traefik.String(),
			"--%s=%s",
			traefik.EndpointAddress,
			fixed,
		),
		diagnose.Fact(serviceName(r.Traefik.Service), "address %s", r.Address),
		diagnose.Probed(r.HTTPS),
	)
}
