package faultrun

import (
	"slices"
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/e2e/await"
	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/fault"
	"github.com/edgeproof/edgeproof/e2e/judge"
)

func TestFaultsThatRunAloneShareARoute(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		fault fault.Fault
		want  string
	}{
		"alone":                    {fault.Fault{ID: "a", Alone: true, Route: fault.RouteBefore}, sharedRoute},
		"side by side":             {fault.Fault{ID: "a", Route: fault.RouteBefore}, "a"},
		"its certificate is asked": {fault.Fault{ID: "a", Alone: true, Route: fault.RouteBefore, Issue: true}, "a"},
		"its route comes later":    {fault.Fault{ID: "a", Alone: true, Route: fault.RouteDuring}, "a"},
		"its own application": {
			fault.Fault{ID: "a", Alone: true, Route: fault.RouteBefore, Application: fault.Own},
			"a",
		},
	} {
		if got := routeOf(tc.fault); got != tc.want {
			t.Errorf("%s: route %q, want %q", name, got, tc.want)
		}
	}
}

func TestCommandsAreJudgedLast(t *testing.T) {
	t.Parallel()
	got := commandsLast([]criteria.ID{"VC-4", "DW-4", "VC-1", "WF-6"})
	if want := []criteria.ID{"DW-4", "WF-6", "VC-4", "VC-1"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestTheWatchedRouteIsTheFaultsOwnUnlessItNamesAnother(t *testing.T) {
	t.Parallel()
	own := judge.Target{Routes: []judge.Route{{
		Source: edge.Source{Kind: edge.Ingress, Namespace: "n", Name: "frontend"},
		Hosts:  []string{"a.example"},
	}}}
	if got := watched(own, nil); got.Routes[0].Hosts[0] != "a.example" {
		t.Errorf("no other is named: %+v", got.Routes)
	}
	got := watched(own, &fault.Watch{Host: "b.example", Namespace: "m", Ingress: "second"}).Routes[0]
	if got.Hosts[0] != "b.example" || got.String() != "Ingress m/second" {
		t.Errorf("another is named: %+v", got)
	}
	if own.Routes[0].Hosts[0] != "a.example" {
		t.Error("the fault's own route was changed")
	}
}

func TestAFaultIsWaitedForByItsKind(t *testing.T) {
	t.Parallel()
	r := &Runner{Budgets: await.Default()}
	for within, want := range map[fault.Within]await.Budget{
		fault.AtOnce: r.Budgets.FaultVisible, fault.NextSync: r.Budgets.SyncFaultVisible,
		fault.NextIssuance: r.Budgets.IssueFaultVisible,
	} {
		budget, sure := r.within(within)
		if budget.Name != want.Name || sure <= 0 || sure > budget.Timeout {
			t.Errorf("%s: budget %q, sure after %s of %s", within, budget.Name, sure, budget.Timeout)
		}
	}
}

func TestOutputsOfSeveralCommands(t *testing.T) {
	t.Parallel()
	commands := []string{"kubectl get a", "kubectl get b"}
	printed, errs := outputs("first\n\x000\x00no such kind\n\x001\x00", commands)
	if printed[0] != "first\n" || errs[0] != nil {
		t.Errorf("the first: %q, %v", printed[0], errs[0])
	}
	if errs[1] == nil || !strings.Contains(errs[1].Error(), "kubectl get b: exit status 1: no such kind") {
		t.Errorf("the second: %v", errs[1])
	}
	if _, errs := outputs("first\n\x000\x00", commands); errs[0] == nil || errs[1] == nil {
		t.Errorf("a shell that ended early: %v", errs)
	}
}

func TestAHostIsWatchedWhileSomebodyWatchesIt(t *testing.T) {
	t.Parallel()
	r := &Runner{hosts: map[string]int{}}
	first, second := r.Watch("a.example"), r.Watch("a.example", "b.example")
	first()
	if hosts := r.scope().Hosts; !slices.Contains(hosts, "a.example") || !slices.Contains(hosts, "b.example") {
		t.Errorf("watched by one: %v", hosts)
	}
	second()
	if hosts := r.scope().Hosts; slices.Contains(hosts, "a.example") {
		t.Errorf("watched by no one: %v", hosts)
	}
}
