package diagnose

import (
	"cmp"
	"slices"

	"github.com/edgeproof/edgeproof/e2e/edge"
)

// Targets lists every route of the snapshot: each host of each object, by namespace, name and host. A wildcard that
// stands in a TLS block for hosts of the rules is none, nor is an object that only names a host which another one
// serves.
func (e *Explainer) Targets() []Target {
	var out []Target
	for _, route := range e.index.Routes {
		for _, host := range hostsOf(route) {
			if !route.OnlyNames() || !e.index.served(host) {
				out = append(out, TargetOf(host, route.Source))
			}
		}
	}
	slices.SortFunc(out, func(a, b Target) int {
		return cmp.Or(
			cmp.Compare(a.Ingress.Namespace, b.Ingress.Namespace), cmp.Compare(a.Ingress.Name, b.Ingress.Name),
			cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Host, b.Host),
		)
	})
	return out
}

// hostsOf are the hosts of a route, without a wildcard that stands for others of them.
func hostsOf(route *edge.Route) []string {
	hosts := route.RuleHosts()
	return slices.DeleteFunc(route.Hosts(), func(host string) bool {
		standsFor := func(h string) bool { return edge.Covers(host, h) && h != host }
		return !slices.Contains(hosts, host) && slices.ContainsFunc(hosts, standsFor)
	})
}

// served reports whether an object leads requests for a host somewhere.
func (x *Index) served(host string) bool {
	return slices.ContainsFunc(x.ByHost[host], func(r *edge.Route) bool { return !r.OnlyNames() })
}

// Find lists the routes that an object is of: those that it describes itself, or those that depend on it, as those of a
// Gateway, a Service or a Certificate do.
func (e *Explainer) Find(of edge.Source) []Target {
	var out []Target
	for _, route := range e.index.Routes {
		for _, host := range hostsOf(route) {
			if route.Source == of || e.index.depends(route, host, of) {
				out = append(out, TargetOf(host, route.Source))
			}
		}
	}
	return out
}

// depends reports whether a route depends on an object for a host.
func (x *Index) depends(route *edge.Route, host string, on edge.Source) bool {
	switch on.Kind {
	case "Gateway", "ListenerSet":
		r := x.Gateways.Route(route.Source)
		if r == nil {
			return false
		}
		for i := range r.Parents {
			if r.Parents[i].Named == on {
				return true
			}
		}
	case edge.Service:
		for _, b := range route.Backends(route.RuleFor(host)) {
			if b != nil {
				if name := route.ServiceName(b); name.Namespace == on.Namespace && name.Name == on.Name {
					return true
				}
			}
		}
	case "Certificate":
		block := route.TLSFor(host)
		if block == nil {
			return false
		}
		for _, c := range x.Certificates[route.SecretName(block)] {
			if c.Namespace == on.Namespace && c.Name == on.Name {
				return true
			}
		}
	}
	return false
}

// having is the object that has a host: one that serves it before one that only names it, one that has the host itself
// before one that has a wildcard for it; nil for none.
func (x *Index) having(host string) *edge.Route {
	if list := x.ByHost[host]; len(list) > 0 {
		return list[0]
	}
	for _, route := range x.Routes {
		if edge.AnyCovers(route.RuleHosts(), host) {
			return route
		}
	}
	return nil
}
