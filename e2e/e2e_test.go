// Package e2e_test runs the specs by Ginkgo's own means, for people with its habits: `make up`, then
//
//	go test ./e2e -ginkgo.label-filter=DW-4
//
// EDGEPROOF_CLUSTER names another cluster than the default one.
//
// Without a filter or a focus, as in `go test ./...`, only the tree of specs is checked: every criterion has a
// spec and a fault.
package e2e_test

import (
	"os"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/fault"
	"github.com/edgeproof/edgeproof/e2e/progress"
	"github.com/edgeproof/edgeproof/e2e/run"
	"github.com/edgeproof/edgeproof/e2e/suite"
	"github.com/edgeproof/edgeproof/e2e/verdict"
	"github.com/edgeproof/edgeproof/fixtures"
)

func TestEdge(t *testing.T) {
	faults, err := fault.Load(fixtures.Sub("faults"))
	if err != nil {
		t.Fatal(err)
	}
	config := suite.Config{Faults: faults, Catalogue: verdict.Full}.FromGinkgo()
	if config.Labels == "" && config.Focus == "" {
		suite.Build(config)
		everyCriterionHasASpec(t, PreviewSpecs(suite.Name))
		everyCriterionHasAFault(t, faults)
		t.Log("the tree of specs was checked, none was run: give -ginkgo.label-filter or -ginkgo.focus to run some on the " +
			"cluster of `make up`")
		return
	}
	env, err := run.Attach(t.Context(), run.Options{
		Dir: "..", Source: "..", Cluster: os.Getenv("EDGEPROOF_CLUSTER"), Log: progress.Plain(t.Output()),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := env.Close(); err != nil {
			t.Error(err)
		}
	}()
	config.Testbed = env.Testbed
	suite.Build(config)
	RegisterFailHandler(Fail)
	RunSpecs(t, suite.Name)
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

// everyCriterionHasAFault holds the catalogue against the registry: a criterion that no fault turns red may be
// one that cannot fail.
func everyCriterionHasAFault(t *testing.T, faults []fault.Fault) {
	t.Helper()
	covered := map[criteria.ID]bool{}
	for _, f := range faults {
		for _, id := range f.Covers() {
			covered[id] = true
		}
	}
	for _, c := range criteria.All() {
		switch {
		case !covered[c.ID] && c.Unbroken == "":
			t.Errorf("criterion %s: no fault turns it red", c.ID)
		case covered[c.ID] && c.Unbroken != "":
			t.Errorf("criterion %s: a fault turns it red, and it says that none does: %s", c.ID, c.Unbroken)
		}
	}
}
