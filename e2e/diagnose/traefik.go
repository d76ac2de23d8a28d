package diagnose

import (
	"slices"
	"strings"

	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

// knownEntryPoints are the entry points of Traefik by its flags, and whether each speaks TLS; nil when its flags name
// none.
func (x *Index) knownEntryPoints() map[string]bool {
	var out map[string]bool
	for flag := range x.Traefik.flags {
		n, named := strings.CutPrefix(flag, "entrypoints.")
		n, addressed := strings.CutSuffix(n, ".address")
		if !named || !addressed {
			continue
		}
		if out == nil {
			out = map[string]bool{}
		}
		tls := x.Traefik.Flag("entrypoints." + n + ".http.tls")
		out[n] = tls != "" && tls != "false"
	}
	return out
}

// The flags of Traefik that say which addresses it publishes, and of which namespaces.
const (
	PublishedService = "providers.kubernetesingress.ingressendpoint.publishedservice"
	EndpointAddress  = "providers.kubernetesingress.ingressendpoint.ip"
	EndpointName     = "providers.kubernetesingress.ingressendpoint.hostname"
	OnlyNamespaces   = "providers.kubernetesingress.namespaces"
)

// frontService is the Service whose address Traefik publishes: the one its flag names, or else the load balancer that
// selects its pods.
func (x *Index) frontService() *core.Service {
	if namespace, n, ok := strings.Cut(x.Traefik.Flag(PublishedService), "/"); ok {
		return x.Services[types.NamespacedName{Namespace: namespace, Name: n}]
	}
	for i := range x.Snapshot.Services {
		s := &x.Snapshot.Services[i]
		if s.Spec.Type != core.ServiceTypeLoadBalancer || len(s.Spec.Selector) == 0 {
			continue
		}
		selector := labels.SelectorFromSet(s.Spec.Selector)
		if slices.ContainsFunc(
			x.Traefik.Pods,
			func(p *core.Pod) bool { return p.Namespace == s.Namespace && selector.Matches(labels.Set(p.Labels)) },
		) {
			return s
		}
	}
	return nil
}

// ControllerAddresses are the addresses and names of that Service.
func (x *Index) ControllerAddresses() []string {
	if x.ControllerService == nil {
		return nil
	}
	return AddressesOf(
		x.ControllerService.Status.LoadBalancer.Ingress,
		func(i core.LoadBalancerIngress) (string, string) { return i.IP, i.Hostname },
	)
}

// findForbidden is the newest line in which Traefik is refused by the API server.
func findForbidden(lines []facts.Line) *facts.Line {
	for i := len(lines) - 1; i >= 0; i-- {
		if text := lines[i].Message + " " + lines[i].Fields["error"]; strings.Contains(text, "is forbidden") {
			return &lines[i]
		}
	}
	return nil
}

// Where a class is named beside spec.ingressClassName: the filter of Traefik, and the annotation of old.
const (
	OnlyClass = "providers.kubernetesingress.ingressclass"
	OldClass  = "kubernetes.io/ingress.class" // the annotation of old
)

// ClassOf is the class of an Ingress, by field or by the annotation of old, which needs no IngressClass.
func ClassOf(i *networking.Ingress) (class string, old bool) {
	if i.Spec.IngressClassName != nil {
		return *i.Spec.IngressClassName, false
	}
	class = i.Annotations[OldClass]
	return class, class != ""
}

// RuleHosts lists the hosts of an Ingress's rules.
func RuleHosts(i *networking.Ingress) []string {
	var out []string
	for _, rule := range i.Spec.Rules {
		if rule.Host != "" {
			out = append(out, rule.Host)
		}
	}
	return out
}

// OtherClass says what shows that the class of the Ingress is not Traefik's; ok is false where nothing does.
func (r *Route) OtherClass() (evidence Evidence, ok bool) {
	class, old := ClassOf(r.Source)
	object := r.Index.Classes[class]
	switch filter := r.Index.Traefik.Flag(OnlyClass); {
	case class == "":
		return Evidence{}, false
	case filter != "" && class != filter:
		return Fact(r.Index.Traefik.String(), "--%s=%s", OnlyClass, filter), true
	case old && object == nil && class != "traefik" && class != filter:
		return Fact("IngressClasses", "none is called %s", class), true
	case object != nil && object.Spec.Controller != facts.TraefikController:
		return Fact("IngressClass "+class, "spec.controller %s", object.Spec.Controller), true
	}
	return Evidence{}, false
}

// servedElsewhere reports whether another controller serves the Ingress: it is of another class, and reports an
// address that is not Traefik's. Where it reports none, or still Traefik's, nobody took it up.
func (r *Route) servedElsewhere() bool {
	if len(r.Published) == 0 {
		return false
	}
	if _, other := r.OtherClass(); !other {
		return false
	}
	own := append(
		r.Index.ControllerAddresses(),
		r.Index.Traefik.Flag(EndpointAddress),
		r.Index.Traefik.Flag(EndpointName),
	)
	return !slices.ContainsFunc(r.Published, func(p string) bool { return slices.Contains(own, p) })
}
