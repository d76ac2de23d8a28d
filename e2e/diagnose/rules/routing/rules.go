// Package routing finds what keeps a request from the application: whether a route takes up the host, whether the
// ingress controller takes up the route, where it leads to, on which entry points and with which certificate, and the
// address that it reports.
//
// It knows the facts that a diagnose.Route gives it and the components by their readers, and must not know the
// cluster, the suite or its faults.
package routing

import (
	"slices"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge"
)

// ofTraefik leaves out a route that another controller serves: what Traefik does is none of its business.
func ofTraefik(find func(*diagnose.Route) []diagnose.Finding) func(*diagnose.Route) []diagnose.Finding {
	return func(r *diagnose.Route) []diagnose.Finding {
		if r.Foreign {
			return nil
		}
		return find(r)
	}
}

// routed are the kinds that lead requests somewhere.
func routed() []string {
	return slices.Concat([]string{edge.Ingress}, edge.GatewayKinds(), edge.TraefikKinds())
}

// Section is the layer with its rules.
func Section() diagnose.Section {
	section := diagnose.Section{Layer: diagnose.Routing, Needs: needs, Works: works, Remaining: remaining}
	section.Rules = slices.Concat(
		diagnose.About([]string{edge.Ingress},
			hostMismatchRule(),
			tlsHostNotInRulesRule(),
			noTLSBlockRule(),
		),
		diagnose.About(routed(), traefikDownRule()),
		diagnose.About([]string{edge.Ingress},
			traefikBlindRule(),
			ingressNoClassRule(),
			ingressWrongClassRule(),
			classMissingRule(),
			ingressStatusEmptyRule(),
			staleIngressStatusRule(),
		),
		diagnose.About(routed(),
			backendMissingRule(),
			backendPortWrongRule(),
			podsUnscheduledRule(),
			backendNoEndpointsRule(),
			transportRules(),
			networkDeniesRule(),
			backendRefusedRule(),
			proxyProtocolRule(),
			tlsOptionRules(),
			appRedirectsRule(),
		),
		diagnose.About([]string{edge.Ingress},
			entryPointMissingRule(),
			middlewareMissingRule(),
			middlewareInvalidRule(),
			allowListRule(),
			https404Rule(),
			http404Rule(),
		),
		diagnose.About(routed(), misdirectedRule()),
		diagnose.About([]string{edge.Ingress}, nginxSecretRule(), starvesRule()),
		diagnose.About(routed(), proxyRules(), staleServedRule(), applicationRule(), targetUnreachableRule(), eachRules()),
		diagnose.About([]string{edge.Ingress}, anotherControllerRule()),
		kindRules(),
	)
	return section
}
