package survey

import (
	"path"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/kubernetes/scheme"

	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/standin"
)

// Options change what is taken for the edge. A pattern is Kind/name or Kind/namespace/name, with stars; it matches an
// object, or the object that requested its chart or stage.
type Options struct {
	Include, Exclude []string
	// Run reports of an application, by its images, that it is run as it is; nil runs none.
	Run func(images []string) bool
}

// selection says for each object of a bundle why it is part of the edge; "" is not.
type selection struct {
	bundle  *bundle.Bundle
	options Options
	objects []bundle.Object
	why     []string
	byID    map[string]int
	apps    map[int]bool // workloads behind routes
}

// Why an object is one of the applications and not of the components.
const (
	whyRoute  = "route"
	whyBehind = "behind a route"
)

func id(kind, namespace, name string) string { return kind + "|" + namespace + "|" + name }

// choose finds the edge: what is recognized, then what that stands on until nothing more is found.
func choose(b *bundle.Bundle, options Options) *selection {
	s := &selection{bundle: b, options: options, objects: b.Objects(), byID: map[string]int{}, apps: map[int]bool{}}
	s.why = make([]string, len(s.objects))
	for i, o := range s.objects {
		s.byID[id(o.GetKind(), o.GetNamespace(), o.GetName())] = i
	}
	s.recognize()
	for before := -1; before != s.count(); {
		before = s.count()
		for i, why := range s.why {
			if why != "" {
				s.follow(i)
			}
		}
	}
	s.surroundings()
	for i, o := range s.objects {
		if s.matches(options.Exclude, o) {
			s.why[i] = ""
		}
	}
	return s
}

func (s *selection) chosen() []int {
	var all []int
	for i, why := range s.why {
		if why != "" {
			all = append(all, i)
		}
	}
	return all
}

func (s *selection) count() int { return len(s.chosen()) }

func (s *selection) take(i int, why string) {
	if s.why[i] == "" && !s.matches(s.options.Exclude, s.objects[i]) {
		s.why[i] = why
	}
}

func (s *selection) takeNamed(kind, namespace, name, why string) (int, bool) {
	i, ok := s.byID[id(kind, namespace, name)]
	if ok {
		s.take(i, why)
	}
	return i, ok
}

func (s *selection) matches(patterns []string, o bundle.Object) bool {
	names := []string{o.GetKind() + "/" + o.GetName(), o.GetKind() + "/" + o.GetNamespace() + "/" + o.GetName()}
	if _, source, ok := strings.Cut(o.Source, ": "); ok {
		names = append(names, strings.Replace(source, " ", "/", 1))
	}
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		return slices.ContainsFunc(names, func(name string) bool {
			ok, err := path.Match(pattern, name)
			return err == nil && ok
		})
	})
}

// recognize takes components with their releases, and the kinds that make an edge.
func (s *selection) recognize() {
	releases := map[string]string{}
	for i, o := range s.objects {
		if pod, ok := standin.PodOf(o); ok {
			if p, _, known := programOf(pod); known {
				s.take(i, p.name)
				if o.Release != "" {
					releases[o.Release] = p.name
				}
			}
		}
		switch {
		case s.matches(s.options.Include, o):
			s.take(i, "included")
		case isRoute(o):
			s.take(i, whyRoute)
		case isEdgeKind(o):
			s.take(i, "edge")
		}
	}
	for i, o := range s.objects {
		if name, ok := releases[o.Release]; ok && o.Release != "" && !observes(o) {
			s.take(i, name)
		}
	}
}

// isRoute reports whether an object says how a host is served.
func isRoute(o bundle.Object) bool {
	gvk := o.GroupVersionKind()
	switch gvk.Group {
	case "networking.k8s.io", "extensions":
		return gvk.Kind == "Ingress"
	case "gateway.networking.k8s.io":
		return slices.Contains([]string{"HTTPRoute", "GRPCRoute", "TLSRoute"}, gvk.Kind)
	case "traefik.io", "traefik.containo.us":
		return slices.Contains([]string{"IngressRoute", "IngressRouteTCP"}, gvk.Kind)
	case "networking.istio.io":
		return gvk.Kind == "VirtualService"
	}
	return false
}

// isEdgeKind reports whether an object is of a kind that only an edge has.
func isEdgeKind(o bundle.Object) bool {
	gvk := o.GroupVersionKind()
	switch gvk.Group {
	case "cert-manager.io":
		acme := true
		if gvk.Kind == "ClusterIssuer" || gvk.Kind == "Issuer" {
			_, acme, _ = unstructured.NestedMap(o.Object, "spec", "acme")
		}
		return acme && gvk.Kind != "Certificate"
	case "networking.k8s.io":
		return gvk.Kind == "IngressClass"
	case "gateway.networking.k8s.io", "traefik.io", "traefik.containo.us", "externaldns.k8s.io", "gateway.envoyproxy.io":
		return true
	case "networking.istio.io":
		return slices.Contains([]string{"Gateway", "DestinationRule", "ServiceEntry"}, gvk.Kind)
	}
	return false
}

// observes reports whether an object only watches: no edge works less without it, and its kind is rarely there.
func observes(o bundle.Object) bool {
	group := o.GroupVersionKind().Group
	return slices.Contains([]string{
		"monitoring.coreos.com", "grafana.integreatly.org", "operator.victoriametrics.com",
		"kyverno.io", "autoscaling.k8s.io", "policies.kubewarden.io", "gatus.io",
	}, group)
}

// surroundings takes what objects live in and are defined by, and leaves out what nothing defines.
func (s *selection) surroundings() {
	defined, wanted := map[string]int{}, map[string]bool{}
	for i, o := range s.objects {
		if o.GetKind() == "CustomResourceDefinition" {
			group, _, _ := unstructured.NestedString(o.Object, "spec", "group")
			kind, _, _ := unstructured.NestedString(o.Object, "spec", "names", "kind")
			defined[group+"/"+kind] = i
		}
	}
	for _, i := range s.chosen() {
		o := s.objects[i]
		gvk := o.GroupVersionKind()
		if at, ok := defined[gvk.Group+"/"+gvk.Kind]; ok {
			s.take(at, "definition of "+gvk.Kind)
		} else if gvk.Group != "" && !scheme.Scheme.IsGroupRegistered(gvk.Group) && !isRoute(o) && !isEdgeKind(o) &&
			gvk.Group != "cert-manager.io" {
			if !s.matches(s.options.Include, o) {
				s.why[i] = "" // its kind is not served here, and what depends on it would wait in vain
				continue
			}
		}
		wanted[o.GetNamespace()] = true
	}
	for i, o := range s.objects {
		switch {
		case o.GetKind() == "Namespace" && wanted[o.GetName()]:
			s.take(i, "namespace")
		case o.GetKind() == "NetworkPolicy" && wanted[o.GetNamespace()]:
			s.take(i, "policy of a namespace of the edge")
		}
	}
}
