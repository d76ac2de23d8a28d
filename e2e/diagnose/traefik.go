package diagnose

import (
	"cmp"
	"slices"

	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/edgeproof/edgeproof/e2e/edge/traefik"
)

// Traefik is the ingress controller as it runs: its workload, its configuration and what it logged.
type Traefik struct {
	*Program
	Config traefik.Config
	Logged traefik.Log
}

func newTraefik(x *Index, p *Program) *Traefik {
	out := &Traefik{Program: p, Logged: traefik.ReadLog(p.Log)}
	if p.Deployment != nil {
		out.Config, _ = traefik.Read(p.Namespace, p.Spec.Template.Spec, x.Snapshot.Environment().ConfigMaps)
	}
	return out
}

// controllerService is the Service whose address Traefik publishes: the configured one, or else the load
// balancer that selects its pods.
func (x *Index) controllerService() *core.Service {
	if service, named := x.Traefik.Config.Service(); named {
		return x.Services[service]
	}
	for i := range x.Snapshot.Services {
		s := &x.Snapshot.Services[i]
		if s.Spec.Type != core.ServiceTypeLoadBalancer || len(s.Spec.Selector) == 0 {
			continue
		}
		selector := labels.SelectorFromSet(s.Spec.Selector)
		if slices.ContainsFunc(x.Traefik.Pods, func(p *core.Pod) bool {
			return p.Namespace == s.Namespace && selector.Matches(labels.Set(p.Labels))
		}) {
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
	var out []string
	for _, at := range x.ControllerService.Status.LoadBalancer.Ingress {
		if address := cmp.Or(at.IP, at.Hostname); address != "" {
			out = append(out, address)
		}
	}
	return out
}

// OtherClass is evidence that the class of the route is not Traefik's; ok is false where nothing shows it.
func (r *Route) OtherClass() (evidence Evidence, ok bool) {
	name := r.Source.Class
	class := r.Index.Classes[name.Class]
	switch r.Index.Traefik.Config.Refuses(name, class) {
	case traefik.Filtered:
		filter := r.Index.Traefik.Config.Value(traefik.OnlyClass)
		return Fact(r.Index.Traefik.String(), "--%s=%s", traefik.OnlyClass, filter), true
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
	if len(r.Published) == 0 {
		return false
	}
	if _, other := r.OtherClass(); !other {
		return false
	}
	config := r.Index.Traefik.Config
	own := append(
		r.Index.ControllerAddresses(),
		config.Value(traefik.EndpointAddress),
		config.Value(traefik.EndpointName),
	)
	return !slices.ContainsFunc(r.Published, func(p string) bool { return slices.Contains(own, p) })
}
