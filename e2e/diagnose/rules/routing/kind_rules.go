package routing

import (
	"slices"
	"strings"

	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/edge/traefik"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

// kindRules are those of Gateway API and of Traefik's own kinds.
func kindRules() []diagnose.Rule {
	return slices.Concat(
		diagnose.About(edge.GatewayKinds(),
			gatewayNotServedRule(),
			routeNotAttachedRule(),
			listenerHostnameRule(),
			listenerPortRule(),
			listenerRefusedRule(),
			listenerAwaitsRule(),
			backendNotGrantedRule(),
			routeRefusedRule(),
			gatewayAddressRule(),
			listenerCertificateRule(),
			noHTTPSListenerRule(),
			gatewaysShareHostRule(),
		),
		diagnose.About(edge.TraefikKinds(),
			oldGroupRule(),
			crdProviderOffRule(),
			ruleSyntaxRule(),
			routeMiddlewareMissingRule(),
			crossNamespaceRule(),
			routeEntryPointRule(),
			routeNoTLSRule(),
		),
	)
}

// servedByTraefik leaves out routes of Gateways of another controller: how that is set up is not known.
func servedByTraefik(r *diagnose.Route) bool { return !r.Foreign && r.Traefik.Runs() }

// on reports whether a provider of Traefik is switched on: by its own flag, or by one of its settings.
func on(r *diagnose.Route, provider traefik.Provider) bool {
	return r.Traefik.Config.Unread != "" || r.Traefik.Config.Provides(provider)
}

// providerOf is the provider of Traefik that takes the route, "" for none.
func providerOf(r *diagnose.Route) traefik.Provider {
	switch {
	case r.Source.OfTraefik():
		return traefik.OfCRD
	case r.Source.OfGateway():
		return traefik.OfGateway
	}
	return r.Traefik.Config.ProviderOf(r.Source.Class, r.Index.Classes[r.Source.Class.Class])
}

// refused reports whether a condition says no, and the object has not changed since.
func refused(c *meta.Condition) bool { return c != nil && c.Status == meta.ConditionFalse }

// conditionOf is a condition as evidence.
func conditionOf(source string, c *meta.Condition) diagnose.Evidence {
	return diagnose.Fact(source, "%s=%s %s: %s", c.Type, c.Status, c.Reason, c.Message)
}

// ingressRoute is the object of a route of Traefik's own kinds, nil for others.
func ingressRoute(r *diagnose.Route) *traefik.IngressRoute {
	if r.Source == nil {
		return nil
	}
	return r.Index.IngressRoutes[r.Source.Source]
}

// secureOnly reports whether a route takes no plain HTTP by its own settings, so that 404 there is its normal answer.
func secureOnly(r *diagnose.Route) bool {
	if o := ingressRoute(r); o != nil {
		return o.Spec.TLS != nil || len(o.Spec.EntryPoints) > 0 && !slices.ContainsFunc(o.Spec.EntryPoints,
			func(n string) bool { return !r.Traefik.Config.EntryPoints()[strings.ToLower(n)] })
	}
	if r.Gateway == nil {
		return false
	}
	for _, l := range r.Gateway.Taken() {
		if !l.Terminates() {
			return false
		}
	}
	return len(r.Gateway.Taken()) > 0
}

// unloaded reports whether the controller does not load the certificate that a listener of the route names.
func unloaded(r *diagnose.Route) bool {
	if r.Gateway == nil {
		return false
	}
	for _, l := range r.Gateway.Taken() {
		if l.Terminates() && (refused(l.Condition("Accepted")) || refused(l.Condition("ResolvedRefs"))) {
			return true
		}
	}
	return false
}

// traefikSays is a line of Traefik's log as evidence, with the error that it tells beside its message.
func traefikSays(l *facts.Line) diagnose.Evidence {
	return diagnose.Fact("log "+string(facts.Traefik), "%s: %s", l.String(), l.Fields["error"])
}

// allowsForeign reports whether Traefik takes references of an IngressRoute to other namespaces.
func allowsForeign(r *diagnose.Route) bool {
	return !r.Traefik.Runs() || r.Traefik.Config.Unread != "" ||
		r.Traefik.Config.Value("providers.kubernetescrd.allowcrossnamespace") == "true"
}
