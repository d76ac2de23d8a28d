// Package e2e_test holds the specs: what the specification promises, in its words, judged on a live cluster.
//
// They are run by `edgeproof test` (make e2e), which sets the scene and names it in EDGEPROOF_STAGE. Without a scene,
// as in `go test ./...`, only the tree of specs is checked: every criterion has one.
package e2e_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"
	. "github.com/onsi/gomega"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/edgeproof/edgeproof/e2e/await"
	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/fault"
	"github.com/edgeproof/edgeproof/e2e/inventory"
	"github.com/edgeproof/edgeproof/e2e/judge"
	"github.com/edgeproof/edgeproof/e2e/progress"
	"github.com/edgeproof/edgeproof/e2e/report"
	"github.com/edgeproof/edgeproof/e2e/run"
	"github.com/edgeproof/edgeproof/e2e/testbed"
	"github.com/edgeproof/edgeproof/e2e/timeline"
	"github.com/edgeproof/edgeproof/e2e/upgrade"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// What Ginkgo puts before the text of each spec when it matches a focus.
const (
	suiteName     = "edgeproof"
	containerName = "the edge"
)

func TestEdge(t *testing.T) {
	stage, staged, err := run.ReadStage()
	if err != nil {
		t.Fatal(err)
	}
	faults, err := fault.Load(filepath.Join("..", "fixtures", "faults"))
	if err != nil {
		t.Fatal(err)
	}
	sabotages, err := readSabotages("..")
	if err != nil {
		t.Fatal(err)
	}
	e := &edge{
		stage: stage, budgets: await.Default(), recorder: &timeline.Recorder{},
		side:   &sideBySide{proofs: map[string]chan proof{}},
		routes: map[string]judge.Route{}, hosts: map[string]int{}, lives: map[string]life{}, traces: map[string]inventory.Inventory{},
	}
	if stage.Shared != "" { // several clusters share the machine
		if e.budgets, err = e.budgets.Scaled(2); err != nil {
			t.Fatal(err)
		}
	}
	e.describe(catalogue(faults, stage), sabotages)
	if !staged {
		// Not before a real run: Ginkgo does not run the reporting nodes of a tree that it has previewed.
		everyCriterionHasASpec(t, PreviewSpecs(suiteName))
		everyCriterionHasAFault(t, faults)
		t.Log("no scene is set: the tree of specs was checked, none was run; `make e2e` runs them")
		return
	}
	e.log = progress.New(os.Stderr)
	e.log.Expect(stage.Expected)
	RegisterFailHandler(Fail)
	RunSpecs(t, suiteName)
}

// everyCriterionHasASpec holds the tree against the registry.
func everyCriterionHasASpec(t *testing.T, tree Report) {
	t.Helper()
	covered := map[criteria.ID]bool{}
	for _, spec := range tree.SpecReports {
		for _, label := range spec.Labels() {
			covered[criteria.ID(label)] = true
		}
	}
	for _, c := range criteria.All() {
		if !covered[c.ID] {
			t.Errorf("criterion %s: no spec judges it", c.ID)
		}
	}
}

// everyCriterionHasAFault holds the catalogue against the registry: a criterion that no fault turns red may be one that cannot fail.
func everyCriterionHasAFault(t *testing.T, faults []fault.Fault) {
	t.Helper()
	killed := map[criteria.ID]bool{}
	for _, f := range faults {
		for _, id := range f.Kills() {
			killed[id] = true
		}
	}
	for _, c := range criteria.All() {
		if !killed[c.ID] {
			t.Errorf("criterion %s: no fault turns it red", c.ID)
		}
	}
}

// catalogue picks the faults that are to be run.
func catalogue(all []fault.Fault, stage run.Stage) []fault.Fault {
	return slices.DeleteFunc(slices.Clone(all), func(f fault.Fault) bool {
		return stage.Catalogue == verdict.Smoke && !f.Smoke || stage.Helper && !f.Alone
	})
}

// edge is what the specs share.
type edge struct {
	stage   run.Stage
	scene   *testbed.Testbed
	sources facts.Sources
	target  judge.Target
	budgets await.Budgets
	start   time.Time

	externalDNS string // name of its Deployment
	application string // address of the one that routes of faults share
	injector    *fault.Injector
	change      change
	views       *facts.Shared[view]
	lists       *facts.Shared[lists]
	side        *sideBySide

	log      *progress.Log // nil while the tree is only looked at
	recorder *timeline.Recorder

	sound, unsound bool // the edge was seen to work, or not to: by the journey, or where none ran, before the first fault that runs alone

	toRoute <-chan verdict.Time // what the first route took; nil until one is made

	mu     sync.Mutex
	making *making                // of the faults' routes
	routes map[string]judge.Route // of faults, by the route's id
	lives  map[string]life        // of faults, by id
	moves  []verdict.Upgrade
	traces map[string]inventory.Inventory // of routes when nothing had been broken, by host
	hosts  map[string]int                 // that are asked for in every look, and by how many
}

// describe builds the tree. The specs run in this order: the workflow's order is part of the contract, and what waits
// for an issuance comes after what does not. Where there is a candidate, it takes the baseline's place before them and gives it back
// after them.
func (e *edge) describe(faults []fault.Fault, sabotages []upgrade.Sabotage) {
	var step *progress.Step
	ReportBeforeEach(func(r SpecReport) {
		step = nil
		if e.log != nil && r.State != types.SpecStateSkipped && r.State != types.SpecStatePending {
			step = e.log.Start(r.LeafNodeText)
		}
	})
	ReportAfterEach(func(r SpecReport) {
		switch {
		case step == nil:
		case report.IsElsewhere(r):
			step.Leave(elsewhere)
		default:
			step.End(r.State.Is(types.SpecStatePassed)) // one that skips itself is not proved
			e.noteSpec(r)
		}
	})

	ReportBeforeSuite(func(r Report) {
		if e.log != nil {
			e.log.Plan(r.PreRunStats.SpecsThatWillRun)
		}
	})
	BeforeSuite(func(ctx SpecContext) {
		e.connect(ctx)
		e.share()
		if e.stage.Candidate == "" {
			e.makeRoutes(ctx, faults)
		}
	})
	AfterSuite(func(ctx SpecContext) {
		if !e.stage.Helper { // the time line is that of one cluster
			e.recordTimeline(ctx, faults) // the events of a route go with its namespace
		}
		e.removeRoutes(ctx, faults)
	})
	Describe(containerName, Ordered, ContinueOnFailure, func() {
		if e.stage.Sabotage {
			e.sabotages(sabotages)
			return
		}
		if e.stage.Helper {
			e.faults(faults)
			return
		}
		if e.stage.Candidate != "" {
			e.upgrade(faults)
		}
		e.workflow()
		e.baseline()
		e.journey()
		e.commands()
		e.guardrail()
		e.faults(faults)
		if e.stage.Candidate != "" {
			e.rollback(faults)
		}
	})
}

// connect attaches to the scene.
func (e *edge) connect(ctx context.Context) {
	config, err := clientcmd.BuildConfigFromFlags("", e.stage.Kubeconfig)
	Expect(err).NotTo(HaveOccurred())
	quiet := func(string, ...any) {}
	installed, err := run.LoadBundle(ctx, e.stage.Root, e.stage.Bundle, nil, quiet)
	Expect(err).NotTo(HaveOccurred())
	apps, err := run.LoadBundle(ctx, e.stage.Root, e.stage.Apps, installed.Variables(), quiet)
	Expect(err).NotTo(HaveOccurred())
	e.target, err = testbed.Target(installed, apps)
	Expect(err).NotTo(HaveOccurred())
	e.externalDNS = testbed.ExternalDNS(installed)
	e.change.target, e.change.baseline = e.target, version{installed, e.stage.Traefik}
	if e.stage.Candidate != "" {
		candidate, err := run.LoadBundle(ctx, e.stage.Root, e.stage.Candidate, nil, quiet)
		Expect(err).NotTo(HaveOccurred())
		e.change.candidate = version{candidate, e.stage.CandidateTraefik}
	}

	e.scene = &testbed.Testbed{
		Root: e.stage.Root, Bundle: installed, Apps: apps, Traefik: e.stage.Traefik, Budgets: e.budgets, Log: progress.Plain(GinkgoWriter), Node: e.stage,
	}
	Expect(e.scene.Connect(config)).To(Succeed())
	e.sources, err = facts.Connect(e.scene.Config, facts.FromControl(e.scene.Internet))
	Expect(err).NotTo(HaveOccurred())
	e.injector = &fault.Injector{Client: e.scene.Client, Kube: e.scene.Kube, Internet: e.scene.Internet}
	e.start = time.Now()
}
