package diagnose

import (
	"cmp"
	"slices"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

// Explainer explains routes of one snapshot. It is made once and may be used by several goroutines.
type Explainer struct {
	index    *Index
	sections []Section
	steps    []step
}

// New indexes a snapshot for the sections of the chain. It panics when their rules cannot be ordered, which is a
// mistake in the rules and not in the snapshot; Check tells of it.
func New(s *facts.Snapshot, sections ...Section) *Explainer {
	steps, err := order(sections)
	if err != nil {
		panic(err)
	}
	return &Explainer{index: newIndex(s), sections: sections, steps: steps}
}

// Check says why the rules of the sections cannot be ordered: a cycle, or an After that names no code of the layer.
func Check(sections ...Section) error {
	_, err := order(sections)
	return err
}

// Explain diagnoses one route.
//
// A route is healthy when every layer is clear, and not merely when it answers: a component that is down, or a token
// that is revoked, is a cause even while the record and the certificate of yesterday still serve, since the next
// change or renewal will fail.
func (e *Explainer) Explain(t Target) Diagnosis {
	r := e.index.route(t)
	r.sections = e.sections
	for i := range e.steps {
		if r.running = &e.steps[i]; !r.running.concerns(r.Source) {
			continue
		}
		for _, f := range r.running.Find(r) {
			r.add(f)
		}
	}
	r.running = nil
	d := Diagnosis{Target: r.Target, Time: e.index.Snapshot.Time, Healthy: true}
	for i := range e.sections {
		link := r.link(&e.sections[i])
		d.Healthy = d.Healthy && link.State == Clear
		d.Chain = append(d.Chain, link)
	}
	order := Layers() // rules run in another: what is upstream is looked at once all else is known
	slices.SortStableFunc(d.Chain, func(a, b Link) int {
		return cmp.Compare(slices.Index(order, a.Layer), slices.Index(order, b.Layer))
	})
	for i := range e.sections {
		if adjust := e.sections[i].Adjust; adjust != nil {
			for n := range r.findings {
				adjust(r, &r.findings[n].Finding)
			}
		}
	}
	d.Causes, d.Notes = r.ranked()
	return d
}
