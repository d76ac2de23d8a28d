package verdict_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/verdict"
	"github.com/edgeproof/edgeproof/e2e/verdict/verdicttest"
)

// parts takes a whole verdict apart: the first shard has the criteria and the even faults, the second the odd ones.
func parts(whole *verdict.Verdict) []*verdict.Verdict {
	out := make([]*verdict.Verdict, 2)
	for n := range out {
		p := *whole
		p.Shard = &verdict.Shard{Index: n + 1, Of: 2}
		p.Faults = nil
		for i, f := range whole.Faults {
			if i%2 == n {
				p.Faults = append(p.Faults, f)
			}
		}
		ofFault := func(s verdict.Spec) int {
			return slices.IndexFunc(whole.Faults, func(f verdict.Fault) bool { return strings.Contains(s.Name, " "+f.ID+":") })
		}
		p.Specs.List = slices.DeleteFunc(slices.Clone(whole.Specs.List), func(s verdict.Spec) bool {
			at := ofFault(s)
			return at < 0 && n > 0 || at >= 0 && at%2 != n
		})
		p.Specs = verdict.Tally(len(p.Specs.List), 0, p.Specs.List)
		if n > 0 {
			p.Routes, p.Findings, p.Timeline, p.Convergence = nil, nil, nil, nil
		}
		p.Error = nil
		p.Criteria = nil
		p.JudgeCriteria()
		for i, c := range whole.Criteria {
			if len(p.Specs.Of(c.ID)) > 0 {
				p.Criteria[i].Cites = c.Cites
			}
		}
		p.Conclude()
		out[n] = &p
	}
	return out
}

func TestMergedShardsAreTheWhole(t *testing.T) {
	t.Parallel()
	for name, whole := range map[string]*verdict.Verdict{
		"a pass":    verdicttest.Passing(),
		"a failure": verdicttest.Failing(),
	} {
		split := parts(whole)
		for _, p := range split {
			if err := p.Validate(); err != nil {
				t.Errorf("%s: shard %s: %v", name, p.Shard, err)
			}
			if p.Result == verdict.Pass {
				t.Errorf("%s: shard %s alone is a pass", name, p.Shard)
			}
			if want := p.Result == verdict.Partial; want != (p.ExitCode() == 0) {
				t.Errorf("%s: shard %s is %s, %v, and ends with %d", name, p.Shard, p.Result, p.Reasons, p.ExitCode())
			}
		}
		slices.Reverse(split) // the order in which they are named does not matter
		got, err := verdict.Merge(split)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := got.Validate(); err != nil {
			t.Errorf("%s: merged: %v", name, err)
		}
		if got.Result != whole.Result || got.Shard != nil || got.Specs.Planned != whole.Specs.Planned ||
			len(got.Faults) != len(whole.Faults) {
			t.Errorf("%s: merged: %s %v, %d specs, %d faults; want %s %v, %d, %d", name, got.Result, got.Reasons,
				got.Specs.Planned, len(got.Faults),
				whole.Result, whole.Reasons, whole.Specs.Planned, len(whole.Faults))
		}
		for n, c := range got.Criteria {
			if was := whole.Criteria[n]; c.Result != was.Result {
				t.Errorf("%s: %s is %s, want %s", name, c.ID, c.Result, was.Result)
			}
		}
	}
}

func TestMergeRefuses(t *testing.T) {
	t.Parallel()
	change := func(f func([]*verdict.Verdict) []*verdict.Verdict) []*verdict.Verdict {
		return f(parts(verdicttest.Passing()))
	}
	for says, given := range map[string][]*verdict.Verdict{
		"none was given":     nil,
		"is not of a shard":  {verdicttest.Passing()},
		"missing: shard 2/2": change(func(p []*verdict.Verdict) []*verdict.Verdict { return p[:1] }),
		"missing: shard 1/2": change(func(p []*verdict.Verdict) []*verdict.Verdict { return p[1:] }),
		"given twice":        change(func(p []*verdict.Verdict) []*verdict.Verdict { return append(p, p[1]) }),
		"does not match": change(func(p []*verdict.Verdict) []*verdict.Verdict {
			p[1].Shard = &verdict.Shard{
				Index: 2,
				Of:    3,
			}
			return p
		}),
		"another bundle":     change(func(p []*verdict.Verdict) []*verdict.Verdict { p[1].Bundle.Digest = "sha256:other"; return p }),
		"another seed":       change(func(p []*verdict.Verdict) []*verdict.Verdict { p[1].Suite.Seed = 99; return p }),
		"another version of": change(func(p []*verdict.Verdict) []*verdict.Verdict { p[1].Suite.Version = "v9"; return p }),
		"another catalogue":  change(func(p []*verdict.Verdict) []*verdict.Verdict { p[1].Catalogue = verdict.Full; return p }),
		"another Kubernetes": change(func(p []*verdict.Verdict) []*verdict.Verdict { p[1].Cluster.Kubernetes = "v1.1.1"; return p }),
		"another engine": change(func(p []*verdict.Verdict) []*verdict.Verdict {
			p[0].Delivery, p[1].Delivery = &verdict.Delivery{Engine: "flux"}, &verdict.Delivery{Engine: verdict.Rendered}
			return p
		}),
		"is in two shards": change(func(p []*verdict.Verdict) []*verdict.Verdict { p[1].Faults = p[0].Faults; return p }),
	} {
		if _, err := verdict.Merge(given); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("want %q, got %v", says, err)
		}
	}
}

func TestAShardThatCouldNotRunIsTheRunsError(t *testing.T) {
	t.Parallel()
	p := parts(verdicttest.Passing())
	stopped := verdict.New(p[1].Suite)
	stopped.Shard, stopped.Catalogue = p[1].Shard, p[1].Catalogue
	stopped.SetError("set up the test environment", errors.New("no memory"), "use fewer clusters")
	stopped.Conclude()
	got, err := verdict.Merge([]*verdict.Verdict{p[0], stopped})
	if err != nil {
		t.Fatal(err)
	}
	if got.Result != verdict.Errored || got.Error == nil || !strings.Contains(got.Error.Operation, "of shard 2/2") {
		t.Errorf("%s, %+v", got.Result, got.Error)
	}
	if c, _ := criteria.Lookup("DW-4"); got.Criteria[slices.IndexFunc(got.Criteria,
		func(x verdict.Criterion) bool { return x.ID == c.ID })].Result != verdict.Passed {
		t.Error("what the first shard has proved is gone")
	}
}
