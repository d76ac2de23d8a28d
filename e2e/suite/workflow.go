package suite

import (
	. "github.com/onsi/ginkgo/v2"

	"github.com/edgeproof/edgeproof/e2e/criteria"
)

// workflow is the safe workflow, step by step. Each failure says what goes wrong when the step is done too early.
func (e *edge) workflow() {
	e.spec("WF-1")

	c, _ := criteria.Lookup("WF-2")
	It("WF-2 "+c.Text, Label("WF-2"), func(ctx SpecContext) {
		if e.Testbed.Stuck != "" {
			Fail("the bundle did not become ready: " + e.Testbed.Stuck)
		}
		e.expectMet(ctx, "WF-2", e.Target, e.remaining(e.Budgets.FaultVisible))
	})

	for _, id := range []criteria.ID{"WF-3", "WF-4", "WF-5", "WF-6", "WF-7"} {
		e.spec(id)
	}
}

// baseline is what "the edge" is.
func (e *edge) baseline() {
	for _, id := range []criteria.ID{"BL-1", "BL-2", "BL-3", "BL-4", "BL-5"} {
		e.spec(id)
	}
}

// guardrail holds DNS and TLS together.
func (e *edge) guardrail() { e.spec("GR-1") }
