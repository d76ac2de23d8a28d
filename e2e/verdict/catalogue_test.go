package verdict_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/verdict"
	"github.com/edgeproof/edgeproof/e2e/verdict/verdicttest"
)

func faults() []verdict.Fault {
	return []verdict.Fault{
		{
			ID: "right", Expected: []string{"dns/a"}, Diagnosed: []string{"dns/a"}, Result: verdict.Passed,
			Criteria: []criteria.ID{"FP-5"}, Red: []criteria.ID{"DW-4"}, Green: []criteria.ID{"DW-1"},
		},
		{
			ID: "wrong", Expected: []string{"dns/b"}, Diagnosed: []string{"routing/c"}, Result: verdict.Failed,
			Criteria: []criteria.ID{"FP-1"}, Red: []criteria.ID{"DW-3"},
		},
		{ID: "half", Expected: []string{"dns/a", "routing/d"}, Diagnosed: []string{"routing/d"}, Result: verdict.Failed},
		{ID: "looks", Result: verdict.Passed, Criteria: []criteria.ID{"FP-4"}, Green: []criteria.ID{"DW-4"}},
		{ID: "alarm", Diagnosed: []string{"certificate/e"}, Result: verdict.Failed},
		{ID: "left-out", Expected: []string{"dns/a"}, Result: verdict.Skipped},
	}
}

func TestConfusion(t *testing.T) {
	t.Parallel()
	v := &verdict.Verdict{Faults: faults()}
	want := verdict.Confusion{
		"dns":     {"dns": 1, "routing": 1, "none": 1},
		"routing": {"routing": 1},
		"none":    {"none": 1, "certificate": 1},
	}
	if diff := cmp.Diff(want, v.Confusion()); diff != "" {
		t.Errorf("the matrix (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"certificate", "dns", "routing", "none"}, v.Confusion().Layers()); diff != "" {
		t.Errorf("its layers (-want +got):\n%s", diff)
	}
	confused := []string{"wrong: dns/b → routing/c", "half: dns/a → none", "alarm: none → certificate/e"}
	if diff := cmp.Diff(confused, v.Confused()); diff != "" {
		t.Errorf("the confused (-want +got):\n%s", diff)
	}
}

func TestCoverage(t *testing.T) {
	t.Parallel()
	v := &verdict.Verdict{Faults: faults()}
	for _, id := range []criteria.ID{"DW-1", "DW-3", "DW-4", "FP-1", "FP-4", "FP-5"} {
		v.Criteria = append(v.Criteria, verdict.Criterion{ID: id})
	}
	want := []verdict.CoverageRow{
		{Criterion: "DW-1", Spared: []string{"right"}},
		{Criterion: "DW-3", Covering: []string{"wrong"}},
		{Criterion: "DW-4", Covering: []string{"right"}, Spared: []string{"looks"}},
		{Criterion: "FP-1"}, // the one of this pattern was not diagnosed as expected
		{Criterion: "FP-4"}, // and what only looks like a fault covers nothing
		{Criterion: "FP-5", Covering: []string{"right"}},
	}
	if diff := cmp.Diff(want, v.Coverage()); diff != "" {
		t.Errorf("the coverage (-want +got):\n%s", diff)
	}
}

func TestTheFullCatalogueMustCoverEveryCriterion(t *testing.T) {
	t.Parallel()
	v := verdicttest.Passing()
	v.Faults[0].Red = nil
	for _, c := range v.Criteria {
		v.Faults[0].Red = append(v.Faults[0].Red, c.ID)
	}
	v.Catalogue = verdict.Full
	if result, reasons := verdict.Decide(v); result != verdict.Pass {
		t.Errorf("all are covered: %s %v", result, reasons)
	}
	v.Faults[0].Red = v.Faults[0].Red[1:]
	if result, reasons := verdict.Decide(v); result != verdict.Fail ||
		!strings.Contains(strings.Join(reasons, "\n"), "DW-1") {
		t.Errorf("DW-1 is covered by none: %s %v", result, reasons)
	}
	v.Specs.Filtered = 1
	if result, reasons := verdict.Decide(v); result != verdict.Partial {
		t.Errorf("what covers DW-1 may have been left out: %s %v", result, reasons)
	}
	v.Specs.Filtered = 0
	v.Catalogue = verdict.Smoke
	if result, reasons := verdict.Decide(v); result != verdict.Pass {
		t.Errorf("the small catalogue need not cover all: %s %v", result, reasons)
	}
	v.Faults[0].Red = nil
	if result, reasons := verdict.Decide(v); result != verdict.Fail ||
		!strings.Contains(strings.Join(reasons, "\n"), "turned nothing red") {
		t.Errorf("a fault that turns nothing red: %s %v", result, reasons)
	}
}
