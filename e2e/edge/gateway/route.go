package gateway

import (
	"slices"

	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	api "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/edgeproof/edgeproof/e2e/edge"
)

// Route is a route of Gateway API: what all routes have, and how it attaches.
type Route struct {
	*edge.Route
	Parents []Parent
	// Backends are all objects that its rules lead to, Services and others.
	Backends []Backend

	asked  []string // hostnames of its own; "" for none
	status []api.RouteParentStatus
	rules  []edge.Path
}

// Backend is an object that a rule leads to.
type Backend struct {
	edge.Source
	Group string
	Port  int32
}

// Taken are the listeners of all parents that take the route up.
func (r *Route) Taken() []*Listener {
	var out []*Listener
	for i := range r.Parents {
		out = append(out, r.Parents[i].Taken...)
	}
	return out
}

// Gateways are those that it attaches to, once each.
func (r *Route) Gateways() []*api.Gateway {
	var out []*api.Gateway
	for _, l := range r.Taken() {
		if l.Gateway != nil && !slices.Contains(out, l.Gateway) {
			out = append(out, l.Gateway)
		}
	}
	return out
}

func newRoute(kind string, m *meta.ObjectMeta, hosts []api.Hostname, status api.RouteStatus) *Route {
	r := &Route{
		Route: &edge.Route{
			Source:  edge.Source{Kind: kind, Namespace: m.Namespace, Name: m.Name},
			Created: m.CreationTimestamp.Time, Annotations: m.Annotations, Labels: m.Labels,
		},
		status: status.Parents,
	}
	for _, host := range hosts {
		r.asked = append(r.asked, string(host))
	}
	if len(r.asked) == 0 {
		r.asked = []string{""}
	}
	return r
}

func readHTTP(o *api.HTTPRoute) *Route {
	r := newRoute(edge.HTTPRoute, &o.ObjectMeta, o.Spec.Hostnames, o.Status.RouteStatus)
	for i := range o.Spec.Rules {
		rule := &o.Spec.Rules[i]
		path := "/"
		if len(rule.Matches) > 0 && rule.Matches[0].Path != nil && rule.Matches[0].Path.Value != nil &&
			(rule.Matches[0].Path.Type == nil || *rule.Matches[0].Path.Type != api.PathMatchRegularExpression) {
			path = *rule.Matches[0].Path.Value
		}
		refs := make([]api.BackendRef, 0, len(rule.BackendRefs))
		for _, ref := range rule.BackendRefs {
			refs = append(refs, ref.BackendRef)
		}
		r.leads(path, refs)
	}
	r.parents(o.Spec.ParentRefs)
	return r
}

func readGRPC(o *api.GRPCRoute) *Route {
	r := newRoute(edge.GRPCRoute, &o.ObjectMeta, o.Spec.Hostnames, o.Status.RouteStatus)
	for i := range o.Spec.Rules {
		var refs []api.BackendRef
		for _, ref := range o.Spec.Rules[i].BackendRefs {
			refs = append(refs, ref.BackendRef)
		}
		r.leads("/", refs)
	}
	r.parents(o.Spec.ParentRefs)
	return r
}

func readTLS(o *api.TLSRoute) *Route {
	r := newRoute(edge.TLSRoute, &o.ObjectMeta, o.Spec.Hostnames, o.Status.RouteStatus)
	r.Opaque = true
	for i := range o.Spec.Rules {
		r.leads("/", o.Spec.Rules[i].BackendRefs)
	}
	r.parents(o.Spec.ParentRefs)
	return r
}

// parents notes those that the route names; how it attaches is seen when all objects are read.
func (r *Route) parents(refs []api.ParentReference) {
	for _, ref := range refs {
		r.Parents = append(r.Parents, Parent{Ref: ref})
	}
}

// leads notes the backends of one rule. A rule without any, which redirects, leads nowhere that could be missing.
func (r *Route) leads(path string, refs []api.BackendRef) {
	if len(refs) == 0 {
		r.rules = append(r.rules, edge.Path{Path: path})
	}
	for _, ref := range refs {
		b := Backend{
			Source: edge.Source{
				Kind: value(ref.Kind, edge.Service), Namespace: value(ref.Namespace, r.Namespace), Name: string(ref.Name),
			},
			Group: value(ref.Group, ""),
		}
		if ref.Port != nil {
			b.Port = *ref.Port
		}
		r.Backends = append(r.Backends, b)
		to := edge.Path{Path: path}
		if b.Kind == edge.Service && b.Group == "" {
			to.Backend = &edge.Backend{Service: b.Name, Namespace: b.Namespace, Port: b.Port}
		}
		r.rules = append(r.rules, to)
	}
}

// add attaches a route, and derives from its listeners what all routes have.
func (w *World) add(r *Route) {
	for i := range r.Parents {
		r.Parents[i] = w.attach(r, r.Parents[i].Ref)
	}
	for _, host := range w.hosts(r) {
		r.Rules = append(r.Rules, edge.Rule{Host: host, Paths: r.rules})
	}
	for _, l := range r.Taken() {
		r.listenedBy(l)
	}
	w.routes = append(w.routes, r)
	w.named[r.Source] = r
}

// hosts are the hostnames that the route has in common with its listeners; its own where it has no listener.
func (w *World) hosts(r *Route) []string {
	var out []string
	for _, host := range r.asked {
		found := false
		for _, l := range r.Taken() {
			common, ok := Common(l.Host(), host)
			if found = found || ok; ok && !slices.Contains(out, common) {
				out = append(out, common)
			}
		}
		if !found && host != "" {
			out = append(out, host)
		}
	}
	return out
}

// listenedBy takes from a listener what it gives the route: certificates, addresses, and who is asked for both.
func (r *Route) listenedBy(l *Listener) {
	if r.Listener == nil || len(r.TLS) == 0 && l.Terminates() {
		r.Listener = &edge.Listener{Source: l.Of, Annotations: l.asks}
	}
	if l.Terminates() {
		var hosts []string
		for _, host := range r.asked {
			if common, ok := Common(l.Host(), host); ok && common != "" {
				hosts = append(hosts, common)
			}
		}
		for _, secret := range l.Secrets() {
			r.TLS = append(r.TLS, edge.TLS{Hosts: hosts, Secret: secret.Name, Namespace: secret.Namespace})
		}
	}
	if l.Gateway == nil {
		return
	}
	for _, address := range Addresses(l.Gateway) {
		if !slices.Contains(r.Published, address) {
			r.Published = append(r.Published, address)
		}
	}
}

// Name is the name of an object of the API.
func Name(s edge.Source) types.NamespacedName {
	return types.NamespacedName{Namespace: s.Namespace, Name: s.Name}
}
