package traefik

import (
	"cmp"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/edge/ingressclass"
)

// Route is the route that an IngressRoute or an IngressRouteTCP describes. Traefik writes no status into either: where
// it listens is not published.
func (r *IngressRoute) Route(kind string) *edge.Route {
	out := &edge.Route{
		Source:  edge.Source{Kind: kind, Namespace: r.Namespace, Name: r.Name},
		Created: r.CreationTimestamp.Time, Annotations: r.Annotations, Labels: r.Labels,
		Opaque: kind == edge.IngressRouteTCP,
	}
	if class := r.Annotations[ingressclass.Annotation]; class != "" {
		out.Class = ingressclass.Name{Class: class, Annotated: true}
	}
	for i := range r.Spec.Routes {
		hosts, path := Hosts(r.Spec.Routes[i].Match)
		var paths []edge.Path
		for n := range r.Spec.Routes[i].Services {
			paths = append(paths, edge.Path{Path: path, Backend: r.Spec.Routes[i].Services[n].backend(r.Namespace)})
		}
		if len(hosts) == 0 {
			continue // it takes hosts that the rule does not name
		}
		for _, host := range hosts {
			at := slices.IndexFunc(out.Rules, func(rule edge.Rule) bool { return rule.Host == host })
			if at < 0 {
				out.Rules, at = append(out.Rules, edge.Rule{Host: host}), len(out.Rules)
			}
			out.Rules[at].Paths = append(out.Rules[at].Paths, paths...)
		}
	}
	if tls := r.Spec.TLS; tls != nil && !tls.Passthrough && tls.SecretName != "" {
		out.TLS = []edge.TLS{{Hosts: out.RuleHosts(), Secret: tls.SecretName}}
	}
	return out
}

// backend is nil for what is no Service: a TraefikService, or a service of another provider.
func (u *Upstream) backend(namespace string) *edge.Backend {
	if u.Kind != "" && u.Kind != edge.Service || strings.Contains(u.Name, "@") {
		return nil
	}
	out := &edge.Backend{Service: u.Name, Namespace: cmp.Or(u.Namespace, namespace)}
	if u.Port.Type == intstr.String {
		out.PortName = u.Port.StrVal
	} else {
		out.Port = u.Port.IntVal
	}
	return out
}

// Old reports whether the object is of the API group that Traefik v3 does not read.
func (r *IngressRoute) Old() bool { return strings.HasPrefix(r.APIVersion, OldGroup+"/") }

// Candidates are the objects that a reference may mean: of its own name one, of "namespace-name@kubernetescrd" one for
// each place where the namespace may end. The provider is "" where none is named.
func (ref Reference) Candidates(namespace string) (names []types.NamespacedName, provider string) {
	name, provider, foreign := strings.Cut(ref.Name, "@")
	if !foreign {
		return []types.NamespacedName{{Namespace: cmp.Or(ref.Namespace, namespace), Name: name}}, ""
	}
	return Joined(name), provider
}

// Joined are the names that "namespace-name" may stand for.
func Joined(text string) []types.NamespacedName {
	var out []types.NamespacedName
	for i := range text {
		if text[i] == '-' && i > 0 && i < len(text)-1 {
			out = append(out, types.NamespacedName{Namespace: text[:i], Name: text[i+1:]})
		}
	}
	return out
}
