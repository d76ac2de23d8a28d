// Package gateway knows Gateway API: which listeners a route attaches to and why it does not attach to others,
// which references across namespaces are granted, and what the objects report of themselves (v1.4 to v1.6,
// whose kinds are read as those of v1).
//
// It reads the API's objects and makes an edge.Route of each route. It must not know which controller serves a
// Gateway, nor how facts are collected, nor judge or explain.
package gateway

import (
	"cmp"
	"slices"

	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	api "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/edgeproof/edgeproof/e2e/edge"
)

// Objects are the objects of Gateway API in a cluster.
type Objects struct {
	Classes      []api.GatewayClass     `json:"classes,omitempty"`
	Gateways     []api.Gateway          `json:"gateways,omitempty"`
	ListenerSets []api.ListenerSet      `json:"listenerSets,omitempty"`
	HTTPRoutes   []api.HTTPRoute        `json:"httpRoutes,omitempty"`
	GRPCRoutes   []api.GRPCRoute        `json:"grpcRoutes,omitempty"`
	TLSRoutes    []api.TLSRoute         `json:"tlsRoutes,omitempty"`
	Grants       []api.ReferenceGrant   `json:"referenceGrants,omitempty"`
	BackendTLS   []api.BackendTLSPolicy `json:"backendTLSPolicies,omitempty"`
}

// World finds the objects, and what follows from them together. It is not changed once it is made.
type World struct {
	classes   map[string]*api.GatewayClass
	gateways  map[types.NamespacedName]*api.Gateway
	listeners map[edge.Source][]*Listener // by Gateway or ListenerSet
	grants    []api.ReferenceGrant
	labels    map[string]map[string]string // of namespaces; none are known when it is empty
	routes    []*Route
	named     map[edge.Source]*Route
}

// New reads objects, which it keeps. The labels are those of the namespaces, nil when they are not known.
func New(o *Objects, labels map[string]map[string]string) *World {
	w := &World{
		classes: map[string]*api.GatewayClass{}, gateways: map[types.NamespacedName]*api.Gateway{},
		listeners: map[edge.Source][]*Listener{}, grants: o.Grants, labels: labels, named: map[edge.Source]*Route{},
	}
	for i := range o.Classes {
		w.classes[o.Classes[i].Name] = &o.Classes[i]
	}
	for i := range o.Gateways {
		w.addGateway(&o.Gateways[i])
	}
	for i := range o.ListenerSets {
		w.addSet(&o.ListenerSets[i])
	}
	for i := range o.HTTPRoutes {
		w.add(readHTTP(&o.HTTPRoutes[i]))
	}
	for i := range o.GRPCRoutes {
		w.add(readGRPC(&o.GRPCRoutes[i]))
	}
	for i := range o.TLSRoutes {
		w.add(readTLS(&o.TLSRoutes[i]))
	}
	return w
}

// Routes lists the routes of all kinds.
func (w *World) Routes() []*Route { return w.routes }

// Route finds a route; nil for none.
func (w *World) Route(of edge.Source) *Route { return w.named[of] }

// Class is the class of a Gateway; nil when there is none of its name.
func (w *World) Class(g *api.Gateway) *api.GatewayClass {
	return w.classes[string(g.Spec.GatewayClassName)]
}

// Gateway finds a Gateway; nil for none.
func (w *World) Gateway(name types.NamespacedName) *api.Gateway { return w.gateways[name] }

// Gateways lists the Gateways of a class, by name.
func (w *World) Gateways(class string) []*api.Gateway {
	var out []*api.Gateway
	for _, g := range w.gateways {
		if string(g.Spec.GatewayClassName) == class {
			out = append(out, g)
		}
	}
	slices.SortFunc(out, func(a, b *api.Gateway) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
	})
	return out
}

// Listeners are those that a Gateway or a ListenerSet has itself.
func (w *World) Listeners(of edge.Source) []*Listener { return w.listeners[of] }

// Granted reports whether an object of a kind in a namespace may refer to one of another namespace.
func (w *World) Granted(from edge.Source, group string, to edge.Source) bool {
	if from.Namespace == to.Namespace {
		return true
	}
	for i := range w.grants {
		if g := &w.grants[i]; g.Namespace == to.Namespace && permits(&g.Spec, from, group, to) {
			return true
		}
	}
	return false
}

func permits(g *api.ReferenceGrantSpec, from edge.Source, group string, to edge.Source) bool {
	asks, gives := false, false
	for _, f := range g.From {
		asks = asks || string(f.Group) == api.GroupName && string(f.Kind) == from.Kind &&
			string(f.Namespace) == from.Namespace
	}
	for _, t := range g.To {
		gives = gives || string(t.Group) == group && string(t.Kind) == to.Kind &&
			(t.Name == nil || *t.Name == "" || string(*t.Name) == to.Name)
	}
	return asks && gives
}

// SourceOf names a Gateway.
func SourceOf(g *api.Gateway) edge.Source {
	return edge.Source{Kind: "Gateway", Namespace: g.Namespace, Name: g.Name}
}

// Addresses are those that a Gateway reports.
func Addresses(g *api.Gateway) []string {
	var out []string
	for _, a := range g.Status.Addresses {
		if a.Value != "" {
			out = append(out, a.Value)
		}
	}
	return out
}

// Condition finds a condition, nil for none.
func Condition(of []meta.Condition, kind string) *meta.Condition {
	for i := range of {
		if of[i].Type == kind {
			return &of[i]
		}
	}
	return nil
}

// value is what a pointer leads to, or else the default of the API.
func value[T ~string](p *T, otherwise string) string {
	if p == nil {
		return otherwise
	}
	return cmp.Or(string(*p), otherwise)
}
