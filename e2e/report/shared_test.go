package report_test

import (
	"strings"
	"testing"

	"github.com/onsi/ginkgo/v2/types"

	"github.com/edgeproof/edgeproof/e2e/report"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// dividing is the report of one that planned these specs, each passed, or left to another suite.
func dividing(specs map[string]bool) types.Report {
	r := types.Report{SuiteSucceeded: true, PreRunStats: types.PreRunStats{TotalSpecs: len(specs), SpecsThatWillRun: len(specs)}}
	for name, own := range specs {
		spec := types.SpecReport{LeafNodeType: types.NodeTypeIt, LeafNodeText: name, State: types.SpecStatePassed, NumAttempts: 1}
		if !own {
			spec.State, spec.Failure.Message = types.SpecStateSkipped, "another suite proves it"
			spec.ReportEntries = types.ReportEntries{{Name: report.EntryElsewhere, Value: types.WrapEntryValue("there")}}
		}
		r.SpecReports = append(r.SpecReports, spec)
	}
	return r
}

// TestSpecsThatSuitesDivide: each counts once, as that of the suite which proved it.
func TestSpecsThatSuitesDivide(t *testing.T) {
	t.Parallel()
	v := verdict.New(verdict.Suite{})
	report.Judge(v, []types.Report{dividing(map[string]bool{"a": true, "b": false, "c": false}), dividing(map[string]bool{"b": true, "c": true})})
	if s := v.Specs; s.Planned != 3 || s.Finished != 3 || s.Passed != 3 || s.Skipped != 0 || v.Error != nil {
		t.Errorf("%+v, %+v; want three, each passed once", s, v.Error)
	}
}

// TestASpecThatAllLeaveToOthers must not be lost.
func TestASpecThatAllLeaveToOthers(t *testing.T) {
	t.Parallel()
	v := verdict.New(verdict.Suite{})
	report.Judge(v, []types.Report{dividing(map[string]bool{"a": true, "b": false}), dividing(map[string]bool{"b": false})})
	if v.Error == nil || !strings.Contains(v.Error.Message, "b was left to another suite") {
		t.Errorf("error %+v, want one that names the spec", v.Error)
	}
}
