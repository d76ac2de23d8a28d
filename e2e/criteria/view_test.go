package criteria_test

import (
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/e2e/await"
	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/diagnose/rules"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
)

// judged judges a criterion by a snapshot, and by what explains it.
func judged(id criteria.ID, s *facts.Snapshot, t judge.Target) judge.Judgement {
	return criteria.Judge(id, criteria.View{
		Delivery: delivery(),
		Facts:    s, Target: t, Explain: func() *diagnose.Explainer { return rules.New(s) },
	})
}

// bySnapshot lists the criteria that need parts of a snapshot, and nothing else.
func bySnapshot() []criteria.ID {
	var out []criteria.ID
	for _, c := range criteria.InTurn() {
		if len(c.Needs) > 0 {
			out = append(out, c.ID)
		}
	}
	return out
}

func TestEveryCriterionIsMetOnAHealthySnapshot(t *testing.T) {
	t.Parallel()
	for _, id := range bySnapshot() {
		j := judged(id, healthy(), reference())
		if !j.Met || j.Final || len(j.Evidence) == 0 || j.ID != string(id) || j.TooEarly != "" {
			t.Errorf("on a healthy snapshot: %+v", j)
		}
		if a := j.Answer(); a.State != await.Met {
			t.Errorf("%s answers %v, want met", id, a.State)
		}
	}
}

func TestNoCriterionIsMetByNothing(t *testing.T) {
	t.Parallel()
	seen := &facts.Snapshot{Time: clock(), Parts: facts.All()}
	for _, id := range bySnapshot() {
		if j := judged(id, seen, reference()); j.Met {
			t.Errorf("%s is met in an empty cluster: %v", id, j.Evidence)
		}
		// what an engine delivers is no part of the target
		if j := judged(id, healthy(), judge.Target{}); j.Met && id.Family() != criteria.Delivery {
			t.Errorf("%s is met for an empty target: %v", id, j.Evidence)
		}
		j := judged(id, &facts.Snapshot{Time: clock()}, reference())
		if j.Met || !j.Final || !strings.Contains(j.Reasons[0], "holds no ") {
			t.Errorf("%s of a snapshot without parts: %+v", id, j)
		}
	}
}

func TestWhatCouldNotBeReadIsNotSaidToBeMissing(t *testing.T) {
	t.Parallel()
	s := healthy()
	s.ClusterIssuers = nil
	s.Errors = []facts.Error{{
		Part: facts.ClusterIssuers, Reason: "NotFound",
		Message: "list clusterissuers: the server " +
			"could not find the requested resource",
	}}
	j := judged("DW-2", s, reference())
	expect(t, j, false, "clusterissuers: could not be read: list clusterissuers: the server could not find the "+
		"requested resource (are the CRDs that define clusterissuers installed?)")
	if strings.Contains(j.String(), "not found;") {
		t.Errorf("says that the issuers are not there:\n%s", j)
	}

	s = healthy()
	s.Errors = []facts.Error{{Part: facts.Logs, Object: "cert-manager/external-dns-1" +
		facts.PreviousRun, Message: "gone"}}
	if j := judged("DW-1", s, reference()); !j.Met {
		t.Errorf("the log of the run before, being away, fails DW-1: %v", j.Reasons)
	}
}

func TestAnUnknownIDIsRefused(t *testing.T) {
	t.Parallel()
	j := judged("DW-9", healthy(), reference())
	if j.Met || j.Answer().State != await.Failed {
		t.Errorf("DW-9 answers %+v", j)
	}
}

func TestScopeHoldsNoMoreThanNeeded(t *testing.T) {
	t.Parallel()
	scope := criteria.Scope(reference(), "DW-2", "BL-3")
	if len(scope.Parts) != 1 || scope.Parts[0] != facts.ClusterIssuers {
		t.Errorf("scope of DW-2 and BL-3 has parts %v", scope.Parts)
	}
	all := criteria.Scope(reference(), bySnapshot()...)
	s := healthy()
	s.Parts = all.Parts
	for _, id := range bySnapshot() {
		if j := judged(id, s, reference()); !j.Met {
			t.Errorf("%s cannot be judged from the scope of all: %v", id, j.Reasons)
		}
	}
	if all.Paths[host] != "/" || all.Controller.Name != "traefik" || len(all.Namespaces) != 3 {
		t.Errorf("scope of all: %+v", all)
	}
	for _, ids := range [][]criteria.ID{nil, {"DW-5"}, {"DW-2", "DW-5"}} {
		if scope := criteria.Scope(reference(), ids...); scope.Parts != nil || scope.Namespaces != nil {
			t.Errorf("scope of %v, which need everything: %+v", ids, scope)
		}
	}
}

// expect checks that a judgement is not met, for these reasons.
func expect(t *testing.T, j judge.Judgement, final bool, reasons ...string) {
	t.Helper()
	if j.Met {
		t.Errorf("%s is met: %v; want %q", j.ID, j.Evidence, reasons)
	}
	if j.Final != final {
		t.Errorf("%s: final is %v, want %v: %v", j.ID, j.Final, final, j.Reasons)
	}
	for _, want := range reasons {
		found := false
		for _, got := range j.Reasons {
			found = found || strings.Contains(got, want)
		}
		if !found {
			t.Errorf("%s lacks the reason %q; it has\n  %s", j.ID, want, strings.Join(j.Reasons, "\n  "))
		}
	}
}

// fault is one way to fail a criterion.
type fault struct {
	name   string
	id     criteria.ID
	spoil  func(*facts.Snapshot)
	final  bool
	reason string
}

func run(t *testing.T, faults []fault) {
	t.Helper()
	for _, f := range faults {
		t.Run(string(f.id)+" "+f.name, func(t *testing.T) {
			t.Parallel()
			s := healthy()
			f.spoil(s)
			expect(t, judged(f.id, s, reference()), f.final, f.reason)
		})
	}
}

// swap replaces a text that must be there, once.
func swap(text, old, with string) string {
	if !strings.Contains(text, old) {
		panic("the sample does not hold " + old)
	}
	return strings.Replace(text, old, with, 1)
}
