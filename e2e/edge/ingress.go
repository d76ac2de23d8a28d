package edge

import (
	"cmp"

	networking "k8s.io/api/networking/v1"

	"github.com/edgeproof/edgeproof/e2e/edge/ingressclass"
)

// FromIngress reads the route that an Ingress describes.
func FromIngress(i *networking.Ingress) *Route {
	out := &Route{
		Source:      Source{Ingress, i.Namespace, i.Name},
		Created:     i.CreationTimestamp.Time,
		Annotations: i.Annotations,
		Labels:      i.Labels,
		Class:       ingressclass.Of(i),
		Default:     backendOf(i.Spec.DefaultBackend),
	}
	for _, r := range i.Spec.Rules {
		rule := Rule{Host: r.Host}
		if r.HTTP != nil {
			for n := range r.HTTP.Paths {
				rule.Paths = append(rule.Paths, Path{Path: r.HTTP.Paths[n].Path, Backend: backendOf(&r.HTTP.Paths[n].Backend)})
			}
		}
		out.Rules = append(out.Rules, rule)
	}
	for _, block := range i.Spec.TLS {
		out.TLS = append(out.TLS, TLS{Hosts: block.Hosts, Secret: block.SecretName})
	}
	for _, at := range i.Status.LoadBalancer.Ingress {
		if address := cmp.Or(at.IP, at.Hostname); address != "" {
			out.Published = append(out.Published, address)
		}
	}
	return out
}

func backendOf(b *networking.IngressBackend) *Backend {
	if b == nil || b.Service == nil {
		return nil
	}
	return &Backend{Service: b.Service.Name, Port: b.Service.Port.Number, PortName: b.Service.Port.Name}
}
