package diagnose

import (
	"cmp"
	"slices"

	"k8s.io/apimachinery/pkg/types"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

// Explainer explains routes of one snapshot. It is made once and may be used by several goroutines.
type Explainer struct {
	index *index
	rules []rule
}

// New indexes a snapshot.
func New(s *facts.Snapshot) *Explainer { return &Explainer{index: newIndex(s), rules: rules()} }

// Explain diagnoses one route.
func Explain(s *facts.Snapshot, t Target) Diagnosis { return New(s).Explain(t) }

// Explain diagnoses one route.
//
// A route is healthy when every layer is clear, and not merely when it answers: a component that is down, or a token that is revoked,
// is a cause even while the record and the certificate of yesterday still serve, since the next change or renewal will fail.
func (e *Explainer) Explain(t Target) Diagnosis {
	r := e.index.route(t)
	for i := range e.rules {
		if e.rules[i].traefik && r.foreign {
			continue
		}
		for _, f := range e.rules[i].find(r) {
			r.add(&e.rules[i], f)
		}
	}
	d := Diagnosis{Target: r.Target, Time: e.index.s.Time, Healthy: true}
	for _, l := range links() {
		link := r.link(l)
		d.Healthy = d.Healthy && link.State == Clear
		d.Chain = append(d.Chain, link)
	}
	d.Causes, d.Notes = r.ranked()
	return d
}

// Targets lists every route of the snapshot: each host of each Ingress, by namespace, name and host. A wildcard that stands in a TLS block
// for hosts of the rules is none.
func (e *Explainer) Targets() []Target {
	var out []Target
	for i := range e.index.s.Ingresses {
		ingress := &e.index.s.Ingresses[i]
		hosts := ruleHosts(ingress)
		for _, host := range facts.HostsOf(ingress) {
			if !slices.Contains(hosts, host) && slices.ContainsFunc(hosts, func(h string) bool { return covers(host, h) && h != host }) {
				continue
			}
			out = append(out, Target{Host: host, Ingress: types.NamespacedName{Namespace: ingress.Namespace, Name: ingress.Name}})
		}
	}
	slices.SortFunc(out, func(a, b Target) int {
		return cmp.Or(cmp.Compare(a.Ingress.Namespace, b.Ingress.Namespace), cmp.Compare(a.Ingress.Name, b.Ingress.Name), cmp.Compare(a.Host, b.Host))
	})
	return out
}
