package routing

import (
	"fmt"
	"slices"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/gateway"
)

const (
	gatewayAddress = "gateway-address"
	// statusAddress are the settings by which Traefik knows the address of its Gateways.
	statusAddress = "providers.kubernetesgateway.statusaddress"
)

func gatewayAddressRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code: gatewayAddress,
		Meaning: "the Gateway reports no address, so external-dns publishes nothing for its routes; or one that " +
			"Traefik no longer " +
			"has",
		Evidence: "status.addresses of the Gateway beside the address of Traefik's Service, and " +
			"--providers.kubernetesgateway.statusaddress",
		Remedy: "set statusaddress.service.name and .namespace to the Service of Traefik",
		After:  []diagnose.Code{gatewayNotServed, routeNotAttached, listenerHostname},
		Blocks: []diagnose.Layer{diagnose.DNS},
		Find:   findGatewayAddress,
	}}
}

func findGatewayAddress(r *diagnose.Route) []diagnose.Finding {
	if r.Gateway == nil || r.Has(gatewayNotServed, routeNotAttached, listenerHostname) {
		return nil
	}
	if _, asked := r.Sync.Config.Selection.Targets(r.Source.Asks()); asked {
		return nil // the annotation takes the place of the address
	}
	for _, g := range r.Gateway.Gateways() {
		has := gateway.Addresses(g)
		own := r.Traefik.Addresses()
		name := gateway.SourceOf(g).String()
		stale := len(has) > 0 && servedByTraefik(r) && len(own) > 0 &&
			!slices.ContainsFunc(has, func(a string) bool { return r.Traefik.Publishes(a) }) && !answersAt(r)
		if len(has) > 0 && !stale || len(has) == 0 && r.Age(g.CreationTimestamp.Time) < settling {
			continue
		}
		evidence := []diagnose.Evidence{diagnose.Fact(name, "status.addresses %s", diagnose.List(has))}
		if !servedByTraefik(r) {
			return diagnose.One(name, "the Gateway has no address, so external-dns publishes nothing for its routes",
				diagnose.Remedy{
					Text:    "find out why its controller gives it none",
					Command: fmt.Sprintf("kubectl -n %s describe gateway %s", g.Namespace, g.Name),
				}, evidence...)
		}
		evidence = append(evidence, diagnose.Fact(r.Traefik.String(), "address %s", diagnose.List(own)))
		object, summary := r.Traefik.String(), fmt.Sprintf(
			"%s reports %s, and Traefik listens at %s", name, diagnose.List(has), diagnose.List(own))
		if len(has) == 0 {
			summary = name + " has no address, so external-dns publishes nothing for its routes"
			if len(own) == 0 && r.Traefik.Service != nil {
				object = serviceName(r.Traefik.Service)
				summary += ": the Service of Traefik has none"
			} else if r.Traefik.Config.Value(statusAddress+".service.name") == "" {
				summary += ": Traefik has no setting for it"
				evidence = append(evidence, diagnose.Fact(r.Traefik.String(), "no --%s.service.name", statusAddress))
			}
		} else if fixed := r.Traefik.Config.Value(statusAddress + ".ip"); fixed != "" {
			evidence = append(evidence, diagnose.Fact(r.Traefik.String(), "--%s.ip=%s", statusAddress, fixed))
		}
		return diagnose.One(object, summary, diagnose.Remedy{
			Text: fmt.Sprintf("set --%s.service.name and .namespace to the Service of Traefik", statusAddress),
		}, evidence...)
	}
	return nil
}

// answersAt reports whether a request by name is answered, so that the address leads to Traefik another way.
func answersAt(r *diagnose.Route) bool {
	return r.HTTPS != nil && r.HTTPS.HTTP != nil && !bad(r.HTTPS.HTTP.Status)
}
