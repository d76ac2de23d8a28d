package survey

import (
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/standin"
)

// Components is the edge without its routes and what is behind them.
func (s *Survey) Components() (*bundle.Bundle, error) {
	components, err := s.only(func(i int) bool { return !s.routed(i) })
	if err != nil {
		return nil, err
	}
	return components.With(true, slices.Concat(s.namespaces(), s.classObjects())...)
}

// Applications are the routes with what is behind them; server takes the place of each workload that is not run.
func (s *Survey) Applications(server standin.Server) (*bundle.Bundle, error) {
	apps, err := s.only(s.routed)
	if err != nil {
		return nil, err
	}
	workloads := map[any]bool{}
	var services []bundle.Object
	for i, o := range s.chosen.objects {
		if s.chosen.apps[i] {
			workloads[o.Unstructured] = true
		}
		if o.GetKind() == "Service" {
			services = append(services, o)
		}
	}
	replaced, err := apps.Replace(func(o bundle.Object) (*unstructured.Unstructured, error) {
		if !workloads[o.Unstructured] {
			return nil, nil //nolint:nilnil // it stays
		}
		return server.Application(o, services)
	})
	if err != nil {
		return nil, err
	}
	more, err := s.applications(server)
	if err != nil {
		return nil, err
	}
	return replaced.With(false, more...)
}

// routed reports whether an object is a route or behind one.
func (s *Survey) routed(i int) bool {
	return s.chosen.apps[i] || s.chosen.why[i] == whyRoute || s.chosen.why[i] == whyBehind
}
