// Package suite holds the specs: what the specification promises, in its words, judged on a live cluster.
//
// It is an ordinary package. Run has Ginkgo run the specs in this process; Build only builds their tree, for
// people who run it by `go test ./e2e -ginkgo.…`. It knows the testbed, what the bundle promises and which
// faults are to be run; it must not know how the cluster came to be, nor how a verdict is drawn from the
// report.
package suite

import (
	"context"
	"slices"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"
	. "github.com/onsi/gomega"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/fault"
	"github.com/edgeproof/edgeproof/e2e/faultrun"
	"github.com/edgeproof/edgeproof/e2e/judge"
	"github.com/edgeproof/edgeproof/e2e/progress"
	"github.com/edgeproof/edgeproof/e2e/testbed"
	"github.com/edgeproof/edgeproof/e2e/timeline"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// What Ginkgo puts before the text of each spec when it matches a focus.
const (
	Name          = "edgeproof"
	containerName = "the edge"
)

// edge is what the specs share.
type edge struct {
	*faultrun.Runner // nil while the tree is only looked at

	config Config
	start  time.Time
	change change
	side   *sideBySide

	log      *progress.Log
	recorder *timeline.Recorder

	// the edge was seen to work, or not to: by the journey, or where none ran, before the first fault that runs alone
	sound, unsound bool

	toRoute <-chan verdict.Time // what the first route took; nil until one is made

	mu    sync.Mutex
	lives map[string]life // of faults, by id
	moves []verdict.Upgrade
}

// Build builds the tree of specs. They run in this order: the workflow's order is part of the contract, and
// what waits for an issuance comes after what does not. Where there is a candidate, it takes the baseline's
// place before them and gives it back after them.
func Build(c Config) {
	e := &edge{
		config: c, log: c.Log, recorder: &timeline.Recorder{}, lives: map[string]life{},
		side: &sideBySide{results: map[string]chan faultrun.Result{}},
	}
	e.describe(c.selected())
}

func (e *edge) describe(faults []fault.Fault) {
	e.narrate()
	BeforeSuite(func(ctx SpecContext) {
		e.connect()
		if e.config.Candidate == nil {
			e.makeRoutes(ctx, faults)
		}
	})
	AfterSuite(func(ctx SpecContext) {
		if e.Runner == nil {
			return // the suite never got so far as to look
		}
		if e.config.Shard.First() { // the time line is that of one cluster
			e.recordTimeline(ctx, faults) // the events of a route go with its namespace
		}
		Expect(e.RemoveRoutes(ctx, planned(e.config, faults))).To(Succeed())
	})
	Context(containerName, Ordered, ContinueOnFailure, func() {
		if e.config.Sabotages != nil {
			e.sabotages(e.config.Sabotages)
			return
		}
		if !e.config.Shard.First() {
			e.faults(faults)
			return
		}
		if e.config.Candidate != nil {
			e.upgrade(faults)
		}
		for _, c := range criteria.InTurn() {
			if e.config.judges(c) {
				e.spec(c)
			}
		}
		e.faults(faults)
		if e.config.Candidate != nil {
			e.rollback(faults)
		}
	})
}

// narrate reports each spec as a step of the run's progress.
func (e *edge) narrate() {
	if e.log == nil {
		return
	}
	var step *progress.Step
	ReportBeforeSuite(func(r Report) { e.log.Plan(r.PreRunStats.SpecsThatWillRun) })
	ReportBeforeEach(func(r SpecReport) {
		step = nil
		if r.State != types.SpecStateSkipped && r.State != types.SpecStatePending {
			step = e.log.Start(r.LeafNodeText)
		}
	})
	ReportAfterEach(func(r SpecReport) {
		if step == nil {
			return
		}
		step.End(r.State.Is(types.SpecStatePassed)) // one that skips itself is not proved
		e.noteSpec(r)
	})
}

// connect makes the runner on the test environment.
func (e *edge) connect() {
	t := e.config.Testbed
	target, err := testbed.Target(t.Bundle, t.Apps)
	Expect(err).NotTo(HaveOccurred())
	sources, err := facts.Connect(t.Config, facts.FromControl(t.Internet))
	Expect(err).NotTo(HaveOccurred())
	budgets := t.Budgets       // the testbed's, which follow the speed of the machine
	if e.config.Shard.Of > 1 { // several clusters share the machine
		budgets, err = budgets.Scaled(2)
		Expect(err).NotTo(HaveOccurred())
		t.Budgets = budgets
	}
	e.Runner = faultrun.New(t, sources, target, budgets)
	e.Observe, e.RouteApplied = e.recorder.See, e.timeRoute
	e.change.target, e.change.baseline = target, Version{t.Bundle, t.Traefik}
	if e.config.Candidate != nil {
		e.change.candidate = *e.config.Candidate
	}
	e.start = time.Now()
}

// makeRoutes starts to make the routes that faults will break. The faults of the small catalogue begin with it.
func (e *edge) makeRoutes(ctx context.Context, faults []fault.Fault) {
	mine := planned(e.config, faults)
	Expect(e.MakeRoutes(ctx, mine)).To(Succeed())
	if e.config.Catalogue == verdict.Smoke {
		e.side.start(e, mine) //nolint:contextcheck // it goes on beyond the spec that starts it, and has an end of its own
	}
}

// only is the target with one route.
func (e *edge) only(route judge.Route) judge.Target {
	target := e.change.target
	target.Routes = []judge.Route{route}
	return target
}

// selected picks the faults that are to be run.
func (c Config) selected() []fault.Fault {
	return share(slices.DeleteFunc(slices.Clone(c.Faults), func(f fault.Fault) bool {
		return c.Catalogue == verdict.Smoke && !f.Smoke || f.Delivered != "" && !c.delivers()
	}), c.Shard)
}
