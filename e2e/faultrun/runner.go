// Package faultrun takes faults through their life cycle on a cluster: a route is healthy, the fault is
// injected and seen, it is removed, and the route is healthy again with nothing left behind.
//
// It knows the testbed, the injector, criteria and the diagnosis, and no fault by name. It must not know which
// specs there are, nor how they are run: it uses nothing of Ginkgo, so that several faults can be active at
// once.
package faultrun

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/edgeproof/edgeproof/e2e/await"
	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/diagnose/rules"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/fault"
	"github.com/edgeproof/edgeproof/e2e/inventory"
	"github.com/edgeproof/edgeproof/e2e/judge"
	"github.com/edgeproof/edgeproof/e2e/testbed"
)

// Runner runs faults on one cluster. New makes it.
type Runner struct {
	Testbed *testbed.Testbed
	Sources facts.Sources
	Budgets await.Budgets

	// Target is what the bundle promises, and ExternalDNS the name of its Deployment. Both change with the bundle,
	// between faults.
	Target      judge.Target
	ExternalDNS string

	// Observe is called with every snapshot of everything; nil where no caller needs it. RouteApplied is called
	// when a route has been applied whose certificate was restored, so that nothing but its routing is new.
	Observe      func(*facts.Snapshot)
	RouteApplied func(context.Context, judge.Route)

	application string // address of the one that routes of faults share
	injector    *fault.Injector
	views       *facts.Shared[View]
	lists       *facts.Shared[lists]

	mu sync.Mutex
	// how a new revision of the bundle was taken over, and why it was not
	promotion, unpromoted string

	making *making                        // of the faults' routes
	routes map[string]judge.Route         // of faults, by the route's id
	traces map[string]inventory.Inventory // of routes before the first fault, by host
	hosts  map[string]int                 // that are queried in every look, and by how many users
}

// New makes a runner on a test environment that is set up.
func New(t *testbed.Testbed, sources facts.Sources, target judge.Target, budgets await.Budgets) *Runner {
	r := &Runner{
		Testbed: t, Sources: sources, Budgets: budgets, Target: target, ExternalDNS: testbed.ExternalDNS(t.Bundle),
		injector: &fault.Injector{Client: t.Client, Internet: t.Internet, Budgets: budgets},
		routes:   map[string]judge.Route{}, traces: map[string]inventory.Inventory{}, hosts: map[string]int{},
	}
	r.share()
	return r
}

// Judge judges a criterion by a look at what it needs, and no more, or by what its command prints.
func (r *Runner) Judge(ctx context.Context, id criteria.ID, target judge.Target) judge.Judgement {
	return r.judge(ctx, id, target, func() View {
		scope := criteria.Scope(target, id)
		s := facts.Collect(ctx, r.Sources, scope)
		if scope.Parts == nil { // it saw everything
			r.observe(s)
		}
		return View{s, rules.New(s)}
	})
}

// Works waits until the criteria are met and every route of the target is found healthy.
func (r *Runner) Works(ctx context.Context, ids []criteria.ID, target judge.Target, budget await.Budget) error {
	ids = commandsLast(ids)
	_, err := await.Until(ctx, budget, "health of "+strings.Join(target.Hosts(), ", "),
		func(ctx context.Context) await.Answer {
			v, there := r.Look(ctx)
			if !there {
				return await.Wait("no look at it in time")
			}
			for _, d := range criteria.Diagnoses(v.Explain, target) {
				if !d.Healthy {
					return await.Wait("%s is not found healthy: %s", d.Host, Summary(d))
				}
			}
			for _, id := range ids {
				if j := r.judgeIn(ctx, id, v, target); !j.Met {
					return await.Wait("%s", j)
				}
			}
			return await.Done("healthy")
		})
	return err
}

// Explain is the current diagnosis of a route, in one line.
func (r *Runner) Explain(ctx context.Context, route judge.Route) string {
	v, there := r.Look(ctx)
	if !there {
		return "no look at it in time"
	}
	return Summary(v.Explain.Explain(diagnose.TargetOf(route.Hosts[0], route.Source)))
}

func (r *Runner) observe(s *facts.Snapshot) {
	if r.Observe != nil {
		r.Observe(s)
	}
}

// LastLook is the time for one last look of a wait whose shared budget is used up.
const LastLook = 5 * time.Second
