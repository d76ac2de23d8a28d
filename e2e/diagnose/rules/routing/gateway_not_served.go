package routing

import (
	api "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/gateway"
	"github.com/edgeproof/edgeproof/e2e/edge/traefik"
)

const gatewayNotServed diagnose.Code = "gateway-not-served"

func gatewayNotServedRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    gatewayNotServed,
		Meaning: "no controller serves the Gateway: its class does not exist, or Traefik's Gateway provider is off",
		Evidence: "no GatewayClass of the name that the Gateway gives; or a class of Traefik's, and Traefik without " +
			"--providers.kubernetesgateway",
		Remedy: "name a GatewayClass that exists, or switch the provider on",
		Blocks: []diagnose.Layer{diagnose.DNS, diagnose.Certificate},
		Find:   findGatewayNotServed,
	}}
}

func findGatewayNotServed(r *diagnose.Route) []diagnose.Finding {
	for _, g := range r.Parents() {
		name := gateway.SourceOf(g).String()
		class := r.Index.Gateways.Class(g)
		switch {
		case class == nil:
			return diagnose.One(
				name,
				"the Gateway names the class "+string(g.Spec.GatewayClassName)+", which does not exist",
				diagnose.Remedy{Text: "create the GatewayClass, or name one that exists"},
				diagnose.Fact(name, "gatewayClassName %s", g.Spec.GatewayClassName),
				diagnose.Fact("GatewayClass "+string(g.Spec.GatewayClassName), "not found"),
			)
		case class.Spec.ControllerName == traefik.GatewayController && r.Traefik.Runs() && !on(r, traefik.OfGateway):
			evidence := []diagnose.Evidence{
				diagnose.Fact("GatewayClass "+class.Name, "controllerName %s", class.Spec.ControllerName),
				diagnose.Fact(r.Traefik.String(), "no --providers.kubernetesgateway"),
			}
			if c := gateway.Condition(g.Status.Conditions, string(api.GatewayConditionAccepted)); c != nil {
				evidence = append(evidence, conditionOf(name, c))
			}
			return diagnose.One(
				r.Traefik.String(),
				"Traefik's provider for Gateway API is off, so no Gateway of its class is served",
				diagnose.Remedy{
					Text: "set --providers.kubernetesgateway=true, with its ClusterRole and " +
						"--providers.kubernetesgateway.statusaddress",
				},
				evidence...)
		}
	}
	return nil
}
