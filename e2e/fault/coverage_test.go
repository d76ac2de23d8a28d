package fault_test

import (
	"io/fs"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/edgeproof/edgeproof/e2e/bench"
	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/diagnose/rules"
	"github.com/edgeproof/edgeproof/e2e/fault"
	"github.com/edgeproof/edgeproof/fixtures"
)

// Every code of the diagnosis is expected by a fault, shown by a snapshot of the example corpus, or has a reason in
// unproved.yaml why it is neither.
func TestEveryCodeIsProvedOrHasAReason(t *testing.T) {
	t.Parallel()
	shown, reasons := provedCodes(t), unproved(t)
	for _, e := range rules.Codes() {
		reason, listed := reasons[e.Code]
		switch {
		case shown[e.Code] && listed:
			t.Errorf("%s: has a fault or a snapshot; take it out of fixtures/faults/unproved.yaml", e.Code)
		case !shown[e.Code] && reason == "" && e.Code != diagnose.Unattributed:
			t.Errorf("%s: write a fault, a snapshot in fixtures/bench, or a reason in fixtures/faults/unproved.yaml", e.Code)
		}
		delete(reasons, e.Code)
	}
	for code := range reasons {
		t.Errorf("%s: is in fixtures/faults/unproved.yaml, and no code of the diagnosis", code)
	}
}

// provedCodes are those of the catalogue of faults and of the example corpus.
func provedCodes(t *testing.T) map[diagnose.Code]bool {
	t.Helper()
	out := map[diagnose.Code]bool{}
	faults, err := fault.Load(fixtures.Sub("faults"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range faults {
		for _, c := range f.Expect.Causes {
			out[c.Code] = true
		}
		for _, code := range f.Expect.Notes {
			out[code] = true
		}
	}
	corpus, err := bench.Measure(bench.Options{Dir: "../../fixtures/bench"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range corpus.Cases {
		for _, list := range [][]diagnose.Finding{c.Causes, c.Notes} {
			for _, f := range list {
				out[f.Code] = true
			}
		}
	}
	return out
}

// unproved is the reason by code.
func unproved(t *testing.T) map[diagnose.Code]string {
	t.Helper()
	raw, err := fs.ReadFile(fixtures.Sub("faults"), "unproved.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var groups []struct {
		Reason string          `json:"reason"`
		Codes  []diagnose.Code `json:"codes"`
	}
	if err := yaml.UnmarshalStrict(raw, &groups); err != nil {
		t.Fatal(err)
	}
	out := map[diagnose.Code]string{}
	for _, g := range groups {
		for _, code := range g.Codes {
			out[code] = g.Reason
		}
	}
	return out
}
