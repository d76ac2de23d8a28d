package routing

import (
	"fmt"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge"
)

// routeNoTLSRule finds for an IngressRoute what https404Rule finds for an Ingress.
func routeNoTLSRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code: https404, After: []diagnose.Code{entryPointMissing, crdProviderOff, oldGroup, ruleSyntax},
		Blocks: []diagnose.Layer{diagnose.Certificate}, Find: findRouteNoTLS,
	}}
}

// findRouteNoTLS finds an IngressRoute none of whose entry points speaks TLS to it. A router without tls takes plain
// requests only, unless its entry point has TLS by default.
func findRouteNoTLS(r *diagnose.Route) []diagnose.Finding {
	o := ingressRoute(r)
	has := r.Traefik.Config.EntryPoints()
	if o == nil || len(has) == 0 || r.Has(entryPointMissing, crdProviderOff, oldGroup, ruleSyntax) {
		return nil
	}
	points := o.Spec.EntryPoints
	for name, tls := range has {
		bound := len(points) == 0
		for _, p := range points {
			bound = bound || strings.EqualFold(p, name)
		}
		if bound && (tls || o.Spec.TLS != nil && name != "web") {
			return nil
		}
	}
	if rep := secure(r); rep != nil && !bad(rep.HTTP.Status) {
		return nil
	}
	for _, other := range r.Index.ByHost[r.Host] {
		if x := r.Index.IngressRoutes[other.Source]; other != r.Source && (x == nil && other.Kind == edge.Ingress ||
			x != nil && x.Spec.TLS != nil) {
			return nil // another one serves HTTPS, and this one redirects to it
		}
	}
	evidence := []diagnose.Evidence{
		diagnose.Fact(r.Source.String(), "entryPoints %s, tls %v", diagnose.List(points), o.Spec.TLS != nil),
		diagnose.Fact(r.Traefik.String(), "entry points with TLS: %s", diagnose.List(withTLS(has))),
	}
	if rep := secure(r); rep != nil {
		evidence = append(evidence, diagnose.Probed(rep))
	}
	return diagnose.One(
		r.Source.String(),
		fmt.Sprintf("%s takes no requests over TLS, so HTTPS finds no route", r.Source),
		diagnose.Remedy{
			Text: "bind it to websecure, and give it a tls section",
			Command: r.Source.Patch("merge",
				`{"spec":{"entryPoints":["websecure"],"tls":{"secretName":"`+r.Ingress.Name+`-tls"}}}`),
		},
		evidence...)
}
