package facts

import (
	"slices"

	networking "k8s.io/api/networking/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// AddressOf is the first address of a Service's load balancer, "" when it has none or is not there.
func (s *Snapshot) AddressOf(service types.NamespacedName) string {
	for i := range s.Services {
		svc := &s.Services[i]
		if svc.Namespace == service.Namespace && svc.Name == service.Name {
			for _, lb := range svc.Status.LoadBalancer.Ingress {
				if lb.IP != "" {
					return lb.IP
				}
			}
		}
	}
	return ""
}

// Ingress finds an Ingress.
func (s *Snapshot) Ingress(name types.NamespacedName) (*networking.Ingress, bool) {
	for i := range s.Ingresses {
		if o := &s.Ingresses[i]; o.Namespace == name.Namespace && o.Name == name.Name {
			return o, true
		}
	}
	return nil, false
}

// Secret finds the shape of a Secret.
func (s *Snapshot) Secret(namespace, name string) (*Secret, bool) {
	for i := range s.Secrets {
		if o := &s.Secrets[i]; o.Namespace == namespace && o.Name == name {
			return o, true
		}
	}
	return nil, false
}

// RecordsOf lists the provider's records of a name, in all its zones.
func (s *Snapshot) RecordsOf(name string) []Record {
	var out []Record
	for _, z := range s.Zones {
		for _, r := range z.Records {
			if r.Name == name {
				out = append(out, r)
			}
		}
	}
	return out
}

// Unknown reports whether the API server does not know the kind of the part: its CRD is not installed.
func (s *Snapshot) Unknown(p Part) bool {
	return slices.ContainsFunc(s.Trouble(p), func(e Error) bool { return e.Reason == string(meta.StatusReasonNotFound) })
}
