package survey

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/types"

	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/edge/annotation"
	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
	"github.com/edgeproof/edgeproof/e2e/edge/ingressclass"
	"github.com/edgeproof/edgeproof/e2e/edge/traefik"
	"github.com/edgeproof/edgeproof/e2e/standin"
)

// The rules of findings about annotations that nothing reads. Lost access control is a rule of its own: what should be
// closed is open.
const (
	AnnotationUnread  bundle.Rule = "annotation-unread"
	AccessControlLost bundle.Rule = "access-control-lost"
)

// readers are what reads annotations of routes, as far as the bundle says.
type readers struct {
	nginx    bool              // Traefik reads annotations for ingress-nginx
	others   bool              // there is an ingress controller other than Traefik
	classes  map[string]string // the controller of each IngressClass
	prefixes []string          // of external-dns; nil when the bundle has none
}

func (s *Survey) readers() readers {
	out := readers{classes: map[string]string{}}
	sources := settings(s.chosen.objects)
	for _, o := range s.chosen.objects {
		if o.GetKind() == "IngressClass" {
			spec, _ := o.Object["spec"].(map[string]any)
			out.classes[o.GetName()], _ = spec["controller"].(string)
		}
		pod, ok := standin.PodOf(o)
		if !ok {
			continue
		}
		if config, is := traefik.Read(o.GetNamespace(), pod, map[types.NamespacedName]map[string]string{}); is {
			out.nginx = out.nginx || config.On("providers.kubernetesingressnginx")
		}
		if config, is := externaldns.Read(o.GetNamespace(), pod, sources); is {
			out.prefixes = append(out.prefixes, config.Selection.Prefix)
			if config.Selection.Legacy {
				out.prefixes = append(out.prefixes, externaldns.LegacyPrefix)
			}
		}
	}
	for _, c := range s.Edge.Components {
		out.others = out.others || c.Role == IsController && c.Name != traefik.Program
	}
	return out
}

// ofTraefik reports whether Traefik serves an Ingress, and by its provider for ingress-nginx. What another controller
// of the bundle, or one that the bundle does not have, may serve is left alone.
func (r readers) ofTraefik(class string) (serves, asNginx bool) {
	controller := r.classes[class]
	switch {
	case controller == traefik.Controller || class == traefik.Class:
		return true, false
	case r.nginx && (class == "nginx" || controller == "k8s.io/ingress-nginx"):
		return true, true
	}
	return class == "" && !r.others, false
}

// unread finds annotations that nothing reads.
func (s *Survey) unread() []Finding {
	var all []Finding
	by := s.readers()
	for _, i := range s.chosen.chosen() {
		o := s.chosen.objects[i]
		if !isRoute(o) && o.GetKind() != "Service" {
			continue
		}
		annotations := o.GetAnnotations()
		for _, key := range slices.Sorted(maps.Keys(annotations)) {
			problem, remedy := by.why(o, key)
			if problem == "" {
				continue
			}
			rule := AnnotationUnread
			if annotation.ControlsAccess(key) {
				rule = AccessControlLost
				problem += ": what it should keep out gets in"
			}
			file, line := s.position(o, key)
			all = append(all, Finding{
				Severity: string(bundle.Doubtful), Rule: string(rule), File: file, Line: line, Object: label(o),
				Problem: problem, Remedy: remedy, Edge: true,
			})
		}
	}
	return all
}

// why says why nothing reads an annotation of an object, "" where something does or may.
func (r readers) why(o bundle.Object, key string) (problem, remedy string) {
	nginx, own := annotation.Nginx(), annotation.Traefik()
	kind := o.GetKind()
	switch {
	case nginx.Has(key) && kind == "Ingress":
		serves, asNginx := r.ofTraefik(classOf(o))
		if serves && !asNginx {
			return fmt.Sprintf("%s is for ingress-nginx, and Traefik's provider for Ingresses does not read it (%s, %s)",
					key, nginx.Version, nginx.Source),
				"use a Middleware, or Traefik's provider kubernetesIngressNGINX for what it supports"
		}
		if serves && !nginx.Reads(key) {
			return fmt.Sprintf("%s is not among the annotations that Traefik's provider for ingress-nginx reads (%s, %s)",
				key, nginx.Version, nginx.Source), "use a Middleware"
		}
	case nginx.Has(key) && kind != "Service":
		return fmt.Sprintf("%s is read on an Ingress only, not on an %s", key, kind), "use what the " + kind + " has for it"
	case own.Has(key) && kind != "Ingress" && kind != "Service":
		return fmt.Sprintf("%s is read on an Ingress only, not on an %s (%s, %s)", key, kind, own.Version, own.Source),
			"write it into the spec of the " + kind
	case own.Has(key) && !own.Reads(key):
		if serves, _ := r.ofTraefik(classOf(o)); serves || kind == "Service" {
			return fmt.Sprintf("%s is not an annotation of this Traefik (%s, %s); those of v1 are no longer read",
				key, own.Version, own.Source), "use a Middleware, or an annotation that there is"
		}
	case strings.HasPrefix(key, "cert-manager.io/") && slices.Contains(unrequesting(), kind):
		return fmt.Sprintf("%s is not read on an %s: cert-manager looks at Ingresses and Gateways", key, kind),
			"annotate the Gateway, or deliver a Certificate"
	case strings.HasPrefix(key, externaldns.LegacyPrefix), strings.HasPrefix(key, externaldns.StablePrefix):
		return r.whyDNS(kind, key)
	}
	return "", ""
}

// whyDNS is why for annotations of external-dns. Where the bundle has no external-dns nothing is known of its prefix.
func (r readers) whyDNS(kind, key string) (problem, remedy string) {
	if len(r.prefixes) == 0 {
		return "", ""
	}
	if !slices.ContainsFunc(r.prefixes, func(p string) bool { return strings.HasPrefix(key, p) }) {
		return fmt.Sprintf("%s has a prefix that external-dns does not read: it reads %s", key, strings.Join(
				slices.Compact(slices.Sorted(slices.Values(r.prefixes))), " and ")),
			"rename it, or set --annotation-prefix"
	}
	if _, name, _ := strings.Cut(key, "/"); name == "target" && strings.HasSuffix(kind, "Route") &&
		!strings.HasPrefix(kind, "IngressRoute") && kind != "VirtualService" {
		return fmt.Sprintf("%s is not read on an %s: external-dns takes the targets of its Gateway", key, kind),
			"annotate the Gateway"
	}
	return "", ""
}

// unrequesting are the kinds of routes that cert-manager does not look at.
func unrequesting() []string {
	return []string{"IngressRoute", "IngressRouteTCP", "HTTPRoute", "GRPCRoute", "TLSRoute"}
}

// classOf is the class that an Ingress names.
func classOf(o bundle.Object) string {
	spec, _ := o.Object["spec"].(map[string]any)
	field, _ := spec["ingressClassName"].(string)
	return cmp.Or(field, o.GetAnnotations()[ingressclass.Annotation])
}
