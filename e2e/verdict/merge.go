package verdict

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Merge makes the verdict of a run from those of its shards, in any order. It refuses shards that are missing
// or there twice, and those that are not of the same bundle, applications, suite, seed, catalogue and
// Kubernetes. The first shard's verdict is taken over; it is not to be used afterwards.
func Merge(parts []*Verdict) (*Verdict, error) {
	sorted, err := inOrder(parts)
	if err != nil {
		return nil, err
	}
	first := sorted[0]
	merged := *first
	merged.Shard, merged.Error, merged.Hermetic = nil, nil, &Hermetic{Sealed: true}
	merged.Specs, merged.Faults, merged.Phases, merged.Routes, merged.Findings = Specs{}, nil, nil, nil, nil
	faults := map[string]bool{}
	for _, p := range sorted {
		if err := sameRun(first, p); err != nil {
			return nil, err
		}
		for _, f := range p.Faults {
			if faults[f.ID] {
				return nil, fmt.Errorf("merge verdicts: fault %s is in two shards; they come from different runs", f.ID)
			}
			faults[f.ID] = true
		}
		merged.take(p)
	}
	merged.Budget = NewBudget(merged.Suite.Finished.Sub(merged.Suite.Started), 0)
	merged.JudgeCriteria()
	for n := range merged.Criteria { // what shows a criterion, and how to see it again, stays with it
		c := &merged.Criteria[n]
		for _, p := range sorted {
			at := slices.IndexFunc(p.Criteria, func(x Criterion) bool { return x.ID == c.ID })
			if at < 0 {
				continue
			}
			c.Cites = union(c.Cites, p.Criteria[at].Cites)
			if c.Reproduce == "" && c.Result != Passed && p.Criteria[at].Result == c.Result {
				c.Reproduce = p.Criteria[at].Reproduce
			}
		}
	}
	merged.Conclude()
	return &merged, nil
}

// inOrder puts the shards in their order, and refuses what is not a whole run.
func inOrder(parts []*Verdict) ([]*Verdict, error) {
	if len(parts) == 0 {
		return nil, errors.New("merge verdicts: none was given; name the verdict.json of every shard")
	}
	if parts[0].Shard == nil {
		return nil, errors.New("merge verdicts: a verdict is not of a shard; give those that `edgeproof test --shard i/n` " +
			"wrote")
	}
	of := parts[0].Shard.Of
	sorted := make([]*Verdict, of)
	for _, p := range parts {
		switch {
		case p.Shard == nil:
			return nil, errors.New("merge verdicts: a verdict is not of a shard; give those that `edgeproof test --shard " +
				"i/n` " +
				"wrote")
		case p.Shard.Of != of || p.Shard.Index < 1 || p.Shard.Index > of:
			return nil, fmt.Errorf("merge verdicts: shard %s does not match the %d of the others; give those of one run",
				p.Shard, of)
		case sorted[p.Shard.Index-1] != nil:
			return nil, fmt.Errorf("merge verdicts: shard %s was given twice", p.Shard)
		}
		sorted[p.Shard.Index-1] = p
	}
	var missing []string
	for n, p := range sorted {
		if p == nil {
			missing = append(missing, Shard{Index: n + 1, Of: of}.String())
		}
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("merge verdicts: missing: shard %s; give the verdict.json of every shard",
			strings.Join(missing, ", "))
	}
	return sorted, nil
}

// sameRun refuses a shard that is of another run.
func sameRun(first, p *Verdict) error {
	for _, x := range []struct{ what, a, b string }{
		{"bundle", first.Bundle.Digest, p.Bundle.Digest},
		{"applications", first.Apps.Digest, p.Apps.Digest},
		{"version of the suite", first.Suite.Version, p.Suite.Version},
		{"seed", fmt.Sprint(first.Suite.Seed), fmt.Sprint(p.Suite.Seed)},
		{"catalogue", string(first.Catalogue), string(p.Catalogue)},
		{"Kubernetes", first.Cluster.Kubernetes, p.Cluster.Kubernetes},
		{"engine", first.Delivery.engine(), p.Delivery.engine()},
	} {
		unknown := p.Error != nil && x.b == "" // it did not get so far
		if x.a != x.b && !unknown && (first.Error == nil || x.a != "") {
			return fmt.Errorf("merge verdicts: shard %s is of another %s: %s, not %s; give those of one run", p.Shard, x.what,
				x.b, x.a)
		}
	}
	return nil
}

// take adds what a shard found.
func (v *Verdict) take(p *Verdict) {
	if p.Suite.Started.Before(v.Suite.Started) {
		v.Suite.Started = p.Suite.Started
	}
	if p.Suite.Finished.After(v.Suite.Finished) {
		v.Suite.Finished = p.Suite.Finished
	}
	v.Specs = Tally(v.Specs.Planned+p.Specs.Planned, v.Specs.Filtered+
		p.Specs.Filtered, append(v.Specs.List, p.Specs.List...))
	v.Faults = append(v.Faults, p.Faults...)
	v.Routes = append(v.Routes, p.Routes...)
	v.Findings = append(v.Findings, p.Findings...)
	for _, phase := range p.Phases {
		if !p.Shard.First() {
			phase.Name += " of shard " + p.Shard.String()
			phase.FixedDelaySeconds = 0
		}
		v.Phases = append(v.Phases, phase)
	}
	if e := p.Error; e != nil && e.Operation != runPlanned { // that is drawn from the reasons again
		v.SetError(e.Operation+" of shard "+p.Shard.String(), errors.New(e.Message), e.Remedy)
	}
	switch h := p.Hermetic; {
	case h == nil:
		v.Hermetic = nil
	case v.Hermetic != nil:
		v.Hermetic.Sealed = v.Hermetic.Sealed && h.Sealed
		v.Hermetic.DroppedPackets += h.DroppedPackets
		v.Hermetic.Senders = append(v.Hermetic.Senders, h.Senders...)
		v.Hermetic.UnknownNames = union(v.Hermetic.UnknownNames, h.UnknownNames)
	}
}
