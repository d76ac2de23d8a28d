package diagnose

import (
	"cmp"
	"slices"

	"k8s.io/apimachinery/pkg/types"

	"github.com/edgeproof/edgeproof/e2e/edge"
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
	for i := range e.steps {
		r.running = &e.steps[i]
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
	d.Causes, d.Notes = r.ranked()
	return d
}

// Targets lists every route of the snapshot: each host of each Ingress, by namespace, name and host. A wildcard that
// stands in a TLS block for hosts of the rules is none.
func (e *Explainer) Targets() []Target {
	var out []Target
	for _, route := range e.index.Routes {
		hosts := route.RuleHosts()
		for _, host := range route.Hosts() {
			standsFor := func(h string) bool { return edge.Covers(host, h) && h != host }
			if !slices.Contains(hosts, host) && slices.ContainsFunc(hosts, standsFor) {
				continue
			}
			name := types.NamespacedName{Namespace: route.Namespace, Name: route.Name}
			out = append(out, Target{Host: host, Ingress: name})
		}
	}
	slices.SortFunc(out, func(a, b Target) int {
		return cmp.Or(
			cmp.Compare(a.Ingress.Namespace, b.Ingress.Namespace),
			cmp.Compare(a.Ingress.Name, b.Ingress.Name),
			cmp.Compare(a.Host, b.Host),
		)
	})
	return out
}
