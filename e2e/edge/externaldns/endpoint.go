package externaldns

import (
	"cmp"
	"strings"

	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/edgeproof/edgeproof/e2e/edge"
)

// DNSEndpoint is an object of the source crd, as far as records of addresses and names go (apis/v1alpha1).
type DNSEndpoint struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata"`

	Spec   DNSEndpointSpec   `json:"spec"`
	Status DNSEndpointStatus `json:"status,omitzero"`
}

// DNSEndpointSpec lists the records.
type DNSEndpointSpec struct {
	Endpoints []Endpoint `json:"endpoints,omitempty"`
}

// Endpoint is one record.
type Endpoint struct {
	DNSName    string   `json:"dnsName,omitempty"`
	RecordType string   `json:"recordType,omitempty"`
	Targets    []string `json:"targets,omitempty"`
}

// DNSEndpointStatus says which generation external-dns read last.
type DNSEndpointStatus struct {
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`
}

// Route is the route that the object describes: hosts with an address, and nothing that serves them.
func (e *DNSEndpoint) Route() *edge.Route {
	out := &edge.Route{
		Source:  edge.Source{Kind: edge.DNSEndpoint, Namespace: e.Namespace, Name: e.Name},
		Created: e.CreationTimestamp.Time, Annotations: e.Annotations, Labels: e.Labels,
		Targets: map[string][]string{},
	}
	for _, record := range e.Spec.Endpoints {
		host := plain(record.DNSName)
		switch record.RecordType {
		case "A", "AAAA", "CNAME":
		default:
			continue
		}
		if out.Targets[host] == nil {
			out.Rules = append(out.Rules, edge.Rule{Host: host})
		}
		for _, target := range record.Targets {
			out.Targets[host] = append(out.Targets[host], plain(target))
		}
	}
	return out
}

// FromService is the route that a Service describes by an annotation for external-dns; nil for a Service without one.
func FromService(s *core.Service) *edge.Route {
	hosts := cmp.Or(s.Annotations[StablePrefix+"hostname"], s.Annotations[LegacyPrefix+"hostname"])
	if hosts == "" {
		return nil
	}
	out := &edge.Route{
		Source:  edge.Source{Kind: edge.Service, Namespace: s.Namespace, Name: s.Name},
		Created: s.CreationTimestamp.Time, Annotations: s.Annotations, Labels: s.Labels,
	}
	for host := range strings.SplitSeq(hosts, ",") {
		if host = plain(strings.TrimSpace(host)); host != "" {
			out.Rules = append(out.Rules, edge.Rule{Host: host})
		}
	}
	for _, at := range s.Status.LoadBalancer.Ingress {
		if address := cmp.Or(at.IP, at.Hostname); address != "" {
			out.Published = append(out.Published, address)
		}
	}
	if s.Spec.Type == core.ServiceTypeExternalName {
		out.Published = []string{plain(s.Spec.ExternalName)}
	}
	return out
}

// SourceOf is the value of --source by which external-dns reads objects of a kind.
func SourceOf(kind string) string {
	switch kind {
	case edge.HTTPRoute, edge.GRPCRoute, edge.TLSRoute:
		return "gateway-" + strings.ToLower(kind)
	case edge.IngressRoute, edge.IngressRouteTCP:
		return "traefik-proxy"
	case edge.DNSEndpoint:
		return "crd"
	}
	return strings.ToLower(kind)
}

// Resource is how ownership records name an object.
func Resource(s edge.Source) string {
	if s.Kind == edge.DNSEndpoint {
		s.Kind = "crd"
	}
	return s.Resource()
}
