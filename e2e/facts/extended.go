package facts

import (
	"context"
	"fmt"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	core "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	gw "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
	"github.com/edgeproof/edgeproof/e2e/edge/traefik"
)

// The API groups whose kinds a cluster need not have.
const (
	gatewayGroup  = "gateway.networking.k8s.io"
	trialGroup    = "gateway.networking.x-k8s.io"
	endpointGroup = "externaldns.k8s.io"
)

// extension is a kind that a CRD defines, in the versions in which it is read, the best first.
type extension struct {
	part      Part
	group     string
	kind      string
	versions  []string
	clustered bool
	keep      keeper
}

// keeper takes objects into a snapshot.
type keeper func(*Snapshot, []unstructured.Unstructured) error

// extensions are the kinds of Gateway API v1.4 to v1.6, of Traefik v2 and v3 and of external-dns that routes are read
// from. The versions of one kind differ in no field that is read.
func extensions() []extension {
	gateway := func(kind string, keep keeper) extension {
		return extension{GatewayAPI, gatewayGroup, kind, []string{"v1", "v1beta1", "v1alpha3", "v1alpha2"}, false, keep}
	}
	classes := gateway("GatewayClass", into(func(s *Snapshot) *[]gw.GatewayClass { return &s.GatewayAPI.Classes }))
	classes.clustered = true
	sets := into(func(s *Snapshot) *[]gw.ListenerSet { return &s.GatewayAPI.ListenerSets })
	out := []extension{
		classes,
		gateway("Gateway", into(func(s *Snapshot) *[]gw.Gateway { return &s.GatewayAPI.Gateways })),
		gateway("ListenerSet", sets),
		{GatewayAPI, trialGroup, "XListenerSet", []string{"v1alpha1"}, false, sets},
		gateway("HTTPRoute", into(func(s *Snapshot) *[]gw.HTTPRoute { return &s.GatewayAPI.HTTPRoutes })),
		gateway("GRPCRoute", into(func(s *Snapshot) *[]gw.GRPCRoute { return &s.GatewayAPI.GRPCRoutes })),
		gateway("TLSRoute", into(func(s *Snapshot) *[]gw.TLSRoute { return &s.GatewayAPI.TLSRoutes })),
		gateway("ReferenceGrant", into(func(s *Snapshot) *[]gw.ReferenceGrant { return &s.GatewayAPI.Grants })),
		gateway("BackendTLSPolicy", into(func(s *Snapshot) *[]gw.BackendTLSPolicy { return &s.GatewayAPI.BackendTLS })),
		{
			DNSEndpoints, endpointGroup, "DNSEndpoint",
			[]string{"v1alpha1"},
			false,
			into(func(s *Snapshot) *[]externaldns.DNSEndpoint { return &s.DNSEndpoints }),
		},
	}
	for _, group := range []string{traefik.Group, traefik.OldGroup} {
		own := func(kind string, keep keeper) extension {
			return extension{TraefikKinds, group, kind, []string{"v1alpha1"}, false, keep}
		}
		out = append(out,
			own("IngressRoute", into(func(s *Snapshot) *[]traefik.IngressRoute { return &s.Traefik.Routes })),
			own("IngressRouteTCP", into(func(s *Snapshot) *[]traefik.IngressRoute { return &s.Traefik.TCPRoutes })),
		)
	}
	return slices.Concat(out, dependencies(), engines())
}

// extended lists the tasks that read the kinds of CRDs. Which groups there are is one request; a cluster that has none
// of them is asked nothing more.
func (c *collection) extended() []task {
	wanted := slices.DeleteFunc(extensions(), func(e extension) bool { return !c.s.Has(e.part) })
	if len(wanted) == 0 {
		return nil
	}
	served := map[schema.GroupVersion]bool{}
	groups, err := c.from.Clientset.Discovery().ServerGroups()
	if err != nil {
		for _, part := range []Part{GatewayAPI, TraefikKinds, DNSEndpoints, Extensions, Delivery} {
			if c.s.Has(part) {
				c.fail(part, "", fmt.Errorf("list the API groups: %w", err))
			}
		}
		return nil
	}
	for _, g := range groups.Groups {
		for _, v := range g.Versions {
			served[schema.GroupVersion{Group: g.Name, Version: v.Version}] = true
		}
	}
	var out []task
	for _, e := range wanted {
		var versions []schema.GroupVersion
		for _, v := range e.versions {
			if gv := (schema.GroupVersion{Group: e.group, Version: v}); served[gv] {
				versions = append(versions, gv)
			}
		}
		if len(versions) == 0 {
			continue
		}
		within := c.scope.Namespaces
		if e.clustered || len(within) == 0 {
			within = []string{""}
		}
		for _, namespace := range within {
			out = append(out, func(ctx context.Context) { c.readExtension(ctx, e, versions, namespace) })
		}
	}
	return out
}

// readExtension reads a kind in the first version that has it. A group may be served without one of its kinds, which
// is how a cluster without the experimental channel is.
func (c *collection) readExtension(ctx context.Context, e extension, versions []schema.GroupVersion,
	namespace string,
) {
	for _, version := range versions {
		var objects []unstructured.Unstructured
		page := &unstructured.UnstructuredList{}
		for next, first := "", true; first || next != ""; first = false {
			page = &unstructured.UnstructuredList{}
			page.SetGroupVersionKind(version.WithKind(e.kind + "List"))
			err := c.from.Kube.List(ctx, page, &client.ListOptions{Namespace: namespace, Limit: pageSize, Continue: next})
			if apierrors.IsNotFound(err) || meta.IsNoMatchError(err) {
				page = nil
				break
			}
			if err != nil {
				object := namespace
				if e.part == Extensions {
					object = e.plural() + "." + e.group // each is of interest by itself
				}
				c.fail(e.part, object, fmt.Errorf("list %s.%s: %w", e.plural(), e.group, err))
				return
			}
			objects = append(objects, page.Items...)
			next = page.GetContinue()
		}
		if page == nil {
			continue
		}
		c.keep(func(s *Snapshot) {
			if err := e.keep(s, objects); err != nil {
				s.Errors = append(s.Errors, Error{Part: e.part, Object: namespace, Message: fmt.Sprintf(
					"read %s.%s: %v", e.plural(), e.group, err)})
			}
		})
		return
	}
}

// into decodes objects and appends them to a list of the snapshot. An object of a shape that is not known is left out,
// and the error of the last one is returned.
func into[T any](at func(*Snapshot) *[]T) keeper {
	return func(s *Snapshot, objects []unstructured.Unstructured) error {
		var failed error
		list := at(s)
		for i := range objects {
			var out T
			if err := runtime.DefaultUnstructuredConverter.FromUnstructured(objects[i].Object, &out); err != nil {
				failed = fmt.Errorf("%s/%s: %w", objects[i].GetNamespace(), objects[i].GetName(), err)
				continue
			}
			*list = append(*list, out)
		}
		return failed
	}
}

// plural is the resource of the kind.
func (e extension) plural() string {
	name := strings.ToLower(e.kind)
	if root, ends := strings.CutSuffix(name, "y"); ends && !strings.ContainsAny(root[len(root)-1:], "aeiou") {
		return root + "ies"
	}
	if strings.HasSuffix(name, "s") {
		return name + "es"
	}
	return name + "s"
}

// tidyExtended orders the objects of CRDs.
func tidyExtended(s *Snapshot) {
	g, t := &s.GatewayAPI, &s.Traefik
	tidy(g.Classes, func(o *gw.GatewayClass) *core.ObjectMeta { return &o.ObjectMeta })
	tidy(g.Gateways, func(o *gw.Gateway) *core.ObjectMeta { return &o.ObjectMeta })
	tidy(g.ListenerSets, func(o *gw.ListenerSet) *core.ObjectMeta { return &o.ObjectMeta })
	tidy(g.HTTPRoutes, func(o *gw.HTTPRoute) *core.ObjectMeta { return &o.ObjectMeta })
	tidy(g.GRPCRoutes, func(o *gw.GRPCRoute) *core.ObjectMeta { return &o.ObjectMeta })
	tidy(g.TLSRoutes, func(o *gw.TLSRoute) *core.ObjectMeta { return &o.ObjectMeta })
	tidy(g.Grants, func(o *gw.ReferenceGrant) *core.ObjectMeta { return &o.ObjectMeta })
	tidy(g.BackendTLS, func(o *gw.BackendTLSPolicy) *core.ObjectMeta { return &o.ObjectMeta })
	tidy(t.Routes, func(o *traefik.IngressRoute) *core.ObjectMeta { return &o.ObjectMeta })
	tidy(t.TCPRoutes, func(o *traefik.IngressRoute) *core.ObjectMeta { return &o.ObjectMeta })
	tidy(s.DNSEndpoints, func(o *externaldns.DNSEndpoint) *core.ObjectMeta { return &o.ObjectMeta })
	for i := range g.HTTPRoutes {
		concealHeaders(&g.HTTPRoutes[i])
	}
}

// concealHeaders removes the values of headers that a route sets: they may be credentials, and nothing depends
// on them.
func concealHeaders(r *gw.HTTPRoute) {
	hide := func(filters []gw.HTTPRouteFilter) {
		for i := range filters {
			for _, f := range []*gw.HTTPHeaderFilter{filters[i].RequestHeaderModifier, filters[i].ResponseHeaderModifier} {
				if f == nil {
					continue
				}
				for _, headers := range [][]gw.HTTPHeader{f.Set, f.Add} {
					for n := range headers {
						headers[n].Value = "[removed]"
					}
				}
			}
		}
	}
	for i := range r.Spec.Rules {
		hide(r.Spec.Rules[i].Filters)
		for n := range r.Spec.Rules[i].BackendRefs {
			hide(r.Spec.Rules[i].BackendRefs[n].Filters)
		}
	}
}
