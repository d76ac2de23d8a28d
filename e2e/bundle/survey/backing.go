package survey

import (
	"fmt"
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/standin"
)

// Backing is what the edge stands on and nothing in the repository makes: a namespace, or the Service that a route
// leads to, whose application is delivered from elsewhere.
type Backing struct {
	Object string `json:"object"`
	For    string `json:"for"` // the object that needs it
	File   string `json:"file"`
	Line   int    `json:"line"`

	need  bundle.Object
	name  string
	ports []backend
}

// backing finds what the chosen objects stand on in vain.
func (s *Survey) backing() {
	s.StandIns.Namespaces, s.StandIns.Services = []Backing{}, []Backing{}
	made := map[string]bool{"": true, "default": true, "kube-system": true, "kube-public": true, "kube-node-lease": true}
	for _, o := range s.chosen.objects {
		if o.GetKind() == "Namespace" {
			made[o.GetName()] = true
		}
	}
	services := map[string]int{}
	for _, i := range s.chosen.chosen() {
		o := s.chosen.objects[i]
		if namespace := o.GetNamespace(); !made[namespace] {
			made[namespace] = true
			file, line := s.position(o, "namespace: "+namespace)
			s.StandIns.Namespaces = append(s.StandIns.Namespaces, Backing{
				Object: "Namespace " + namespace, For: label(o), File: file, Line: line, need: o, name: namespace,
			})
		}
		if isRoute(o) {
			s.services(o, services)
		}
	}
}

// services adds the Services that a route leads to and the bundle does not have.
func (s *Survey) services(route bundle.Object, known map[string]int) {
	for _, b := range backends(route.Object) {
		if b.namespace == "" {
			b.namespace = route.GetNamespace()
		}
		if _, there := s.chosen.byID[id("Service", b.namespace, b.name)]; there || b.name == "" || b.port == nil {
			continue
		}
		name := b.namespace + "/" + b.name
		at, again := known[name]
		if !again {
			at = len(s.StandIns.Services)
			known[name] = at
			file, line := s.position(route, b.name)
			s.StandIns.Services = append(s.StandIns.Services, Backing{
				Object: "Service " + name, For: label(route), File: file, Line: line, need: route, name: b.name,
			})
		}
		s.StandIns.Services[at].ports = append(s.StandIns.Services[at].ports, b)
	}
}

// namespaces are the objects that stand in for namespaces.
func (s *Survey) namespaces() []bundle.Object {
	var all []bundle.Object
	for _, n := range s.StandIns.Namespaces {
		all = append(all, bundle.Object{
			Source: n.need.Source,
			Unstructured: &unstructured.Unstructured{Object: map[string]any{
				"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": n.name},
			}},
		})
	}
	return all
}

// applications are the objects that stand in for Services and what is behind them.
func (s *Survey) applications(server standin.Server) ([]bundle.Object, error) {
	const label = "edgeproof.dev/stands-in-for"
	var all []bundle.Object
	for _, backing := range s.StandIns.Services {
		ports := map[string]any{}
		for _, b := range backing.ports {
			entry := map[string]any{"name": fmt.Sprintf("port-%d", len(ports)), "protocol": "TCP"}
			switch port := b.port.(type) {
			case string:
				entry["name"], entry["port"], entry["targetPort"] = port, int64(80), int64(8080)
			case int64:
				entry["port"], entry["targetPort"] = port, port
			}
			ports[fmt.Sprint(b.port)] = entry
		}
		var list []any
		for _, name := range slices.Sorted(maps.Keys(ports)) {
			list = append(list, ports[name])
		}
		labels := map[string]any{label: backing.name}
		metadata := map[string]any{"name": backing.name, "namespace": backing.ports[0].namespace}
		service := bundle.Object{
			Source: backing.need.Source,
			Unstructured: &unstructured.Unstructured{Object: map[string]any{
				"apiVersion": "v1", "kind": "Service", "metadata": metadata,
				"spec": map[string]any{"selector": labels, "ports": list},
			}},
		}
		workload := bundle.Object{
			Source: backing.need.Source,
			Unstructured: &unstructured.Unstructured{Object: map[string]any{
				"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata,
				"spec": map[string]any{
					"selector": map[string]any{"matchLabels": labels},
					"template": map[string]any{
						"metadata": map[string]any{"labels": labels},
						"spec":     map[string]any{"containers": []any{map[string]any{"name": "stand-in"}}},
					},
				},
			}},
		}
		made, err := server.Application(workload, []bundle.Object{service})
		if err != nil {
			return nil, err
		}
		workload.Unstructured = made
		all = append(all, service, workload)
	}
	return all, nil
}
