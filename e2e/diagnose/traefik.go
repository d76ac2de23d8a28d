package diagnose

import (
	"cmp"
	"slices"

	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/edge/traefik"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

// Traefik is one ingress controller as it runs: its workload, its configuration, its address and what it logged.
type Traefik struct {
	*Program
	Config traefik.Config
	Logged traefik.Log
	// EntryPoints are its entry points and whether each speaks TLS; nil when they are not known.
	EntryPoints map[string]bool
	// Service is that whose address it publishes, nil when it is not known.
	Service *core.Service
}

func newTraefik(x *Index, p *Program) *Traefik {
	out := &Traefik{Program: p, Logged: traefik.ReadLog(p.Log)}
	if p.Runs() {
		out.Config, _ = traefik.Read(p.Namespace, p.Template.Spec, x.environment.ConfigMaps)
	}
	out.EntryPoints, out.Service = out.Config.EntryPoints(), x.serviceOf(out)
	return out
}

// serviceOf is the Service whose address a Traefik publishes: the configured one, or else the load balancer that
// selects its pods.
func (x *Index) serviceOf(t *Traefik) *core.Service {
	if service, named := t.Config.Service(); named {
		return x.Services[service]
	}
	for i := range x.Snapshot.Services {
		s := &x.Snapshot.Services[i]
		if s.Spec.Type != core.ServiceTypeLoadBalancer || len(s.Spec.Selector) == 0 {
			continue
		}
		selector := labels.SelectorFromSet(s.Spec.Selector)
		if slices.ContainsFunc(t.Pods, func(p *core.Pod) bool {
			return p.Namespace == s.Namespace && selector.Matches(labels.Set(p.Labels))
		}) {
			return s
		}
	}
	return nil
}

// Addresses are the addresses and names of its Service.
func (t *Traefik) Addresses() []string {
	if t.Service == nil {
		return nil
	}
	var out []string
	for _, at := range t.Service.Status.LoadBalancer.Ingress {
		if address := cmp.Or(at.IP, at.Hostname); address != "" {
			out = append(out, address)
		}
	}
	return out
}

// Publishes reports whether an address is one that it writes into what it serves.
func (t *Traefik) Publishes(address string) bool { return t.publishes([]string{address}) }

// publishes reports whether it writes one of the addresses into what it serves.
func (t *Traefik) publishes(addresses []string) bool {
	own := append(t.Addresses(), t.Config.Value(traefik.EndpointAddress), t.Config.Value(traefik.EndpointName))
	return slices.ContainsFunc(addresses, func(p string) bool { return slices.Contains(own, p) })
}

// traefikOf chooses among several Traefiks the one that serves a route: the one that takes its class and watches its
// namespace, and whose address the route reports.
func (x *Index) traefikOf(route *edge.Route) *Traefik {
	if len(x.Traefiks) == 1 || route == nil {
		return x.Traefiks[0]
	}
	score := func(t *Traefik) int {
		out := 0
		only := t.Config.Namespaces()
		for n, is := range []bool{
			t.Available(), t.publishes(route.Published), only == nil || slices.Contains(only, route.Namespace),
			t.Config.Refuses(route.Class, x.Classes[route.Class.Class]) == traefik.Taken,
		} {
			if is {
				out |= 1 << n
			}
		}
		return out
	}
	return slices.MaxFunc(x.Traefiks, func(a, b *Traefik) int { return score(a) - score(b) })
}

// OtherClass is evidence that the class of the route is not Traefik's; ok is false where nothing shows it.
func (r *Route) OtherClass() (evidence Evidence, ok bool) {
	name := r.Source.Class
	class := r.Index.Classes[name.Class]
	switch r.Traefik.Config.Refuses(name, class) {
	case traefik.Filtered:
		filter := r.Traefik.Config.Value(traefik.OnlyClass)
		return Fact(r.Traefik.String(), "--%s=%s", traefik.OnlyClass, filter), true
	case traefik.NoSuchClass:
		return Fact("IngressClasses", "none is called %s", name.Class), true
	case traefik.OtherController:
		return Fact("IngressClass "+name.Class, "spec.controller %s", class.Spec.Controller), true
	case traefik.Taken:
	}
	return Evidence{}, false
}

// servedElsewhere reports whether another controller serves the route: it is of another class, and reports an address
// that is not Traefik's. Where it reports none, or still Traefik's, no other controller took it.
func (r *Route) servedElsewhere() bool {
	if r.Source.Kind != edge.Ingress {
		return r.ofOtherGateway()
	}
	if len(r.Published) == 0 {
		return false
	}
	if _, other := r.OtherClass(); !other {
		return false
	}
	return !slices.ContainsFunc(r.Index.Traefiks, func(t *Traefik) bool { return t.publishes(r.Published) })
}

// DroppedForSecret is evidence that Traefik leaves the route out since a Secret of its TLS blocks is missing, as its
// ingress-nginx provider does.
func (r *Route) DroppedForSecret() (Evidence, bool) {
	if r.Source == nil || r.Foreign || !r.Index.Looked(facts.Secrets, r.Source.Namespace) ||
		r.Traefik.Config.ProviderOf(r.Source.Class, r.Index.Classes[r.Source.Class.Class]) != traefik.OfNGINX {
		return Evidence{}, false
	}
	for _, block := range r.Source.TLS {
		if s := r.Index.Secrets[r.Named(block.Secret)]; block.Secret != "" && (s == nil || len(s.Certificates) == 0) {
			return Fact(
				r.Traefik.String(),
				"its ingress-nginx provider drops the router of an Ingress whose TLS Secret is missing: %s",
				Object("Secret", r.Source.Namespace, block.Secret),
			), true
		}
	}
	return Evidence{}, false
}
