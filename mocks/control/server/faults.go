package server

import (
	"net/http"
	"slices"

	"github.com/edgeproof/edgeproof/mocks/acme"
	"github.com/edgeproof/edgeproof/mocks/control/api"
)

func (s *server) listFaults(*http.Request) (any, error) { return s.Faults.List(), nil }

func (s *server) addFault(r *http.Request) (any, error) {
	var rule api.FaultRule
	if err := decode(r, &rule); err != nil {
		return nil, err
	}
	if m := rule.HTTP; m != nil && m.Step != "" && !slices.Contains(acme.Steps(), m.Step) {
		return nil, invalid("step %q: give one of %q", m.Step, acme.Steps())
	}
	added, err := s.Faults.Add(rule)
	if err != nil {
		return nil, invalid("%v", err)
	}
	return added, nil
}

func (s *server) clearFaults(*http.Request) (any, error) {
	return api.Cleared{Cleared: s.Faults.ClearAll()}, nil
}

// clearFault answers what became of the fault, its counts above all.
func (s *server) clearFault(r *http.Request) (any, error) {
	state, ok := s.Faults.Clear(r.PathValue("fault"))
	if !ok {
		return nil, notFound("no fault %q: GET /v1/faults lists them; one with seconds clears itself", r.PathValue("fault"))
	}
	return state, nil
}
