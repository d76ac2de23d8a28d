package routing

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/edge/traefik"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

// routeMiddlewareMissingRule finds for an IngressRoute what middlewareMissingRule finds for an Ingress.
func routeMiddlewareMissingRule() []diagnose.Rule {
	return []diagnose.Rule{{Code: middlewareMissing, Find: findRouteMiddlewareMissing}}
}

func findRouteMiddlewareMissing(r *diagnose.Route) []diagnose.Finding {
	for _, ref := range middlewares(r) {
		names, provider := ref.Candidates(r.Ingress.Namespace)
		if provider != "" && provider != "kubernetescrd" || foreign(r, ref) && !allowsForeign(r) {
			continue
		}
		there, text := false, ""
		for _, name := range names {
			there = there || r.Index.Extension("Middleware", name.Namespace, name.Name) != nil
			text = "Middleware " + name.String()
		}
		if there || !r.Index.Looked(facts.Extensions, "middlewares.traefik.io") {
			continue
		}
		evidence := []diagnose.Evidence{
			diagnose.Fact(r.Source.String(), "middleware %s", ref.Name), diagnose.Fact(text, "not found"),
		}
		for i := range r.Index.Snapshot.Extensions {
			if o := &r.Index.Snapshot.Extensions[i]; o.Kind == "Middleware" && o.Name == ref.Name {
				evidence = append(evidence, diagnose.Fact(o.String(), "is in another namespace"))
			}
		}
		if l := r.Traefik.Logged.Newest(ref.Name); l != nil {
			evidence = append(evidence, traefikSays(l))
		}
		return diagnose.One(
			r.Source.String(),
			fmt.Sprintf("%s names %s, which does not exist, so Traefik drops the router and answers 404", r.Source, text),
			diagnose.Remedy{Text: "create the Middleware, or take it out of the route", Command: r.Source.Command("edit")},
			evidence...)
	}
	return nil
}

// middlewares are those of the routers of the host.
func middlewares(r *diagnose.Route) []traefik.Reference {
	o := ingressRoute(r)
	if o == nil {
		return nil
	}
	var out []traefik.Reference
	for i := range o.Spec.Routes {
		if hosts, _ := traefik.Hosts(o.Spec.Routes[i].Match); edge.AnyCovers(hosts, r.Host) || len(hosts) == 0 {
			out = append(out, o.Spec.Routes[i].Middlewares...)
		}
	}
	return out
}
