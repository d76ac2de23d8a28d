package report_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/onsi/ginkgo/v2/types"
	"gotest.tools/v3/golden"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/report"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// TestRecordSituations rewrites testdata/ginkgo with -update; without, it checks that every situation is recorded.
func TestRecordSituations(t *testing.T) {
	if golden.FlagUpdate() {
		recordAll(t)
	}
	for name := range situations() {
		if _, err := os.Stat(filepath.Join("testdata", "ginkgo", name+".json")); err != nil {
			t.Errorf("%v: run the test with -update", err)
		}
	}
}

// judged is the verdict on a recorded situation.
func judged(t *testing.T, situation string) *verdict.Verdict {
	t.Helper()
	v := verdict.New(verdict.Suite{Version: "v0.1.0", GoVersion: "go1.26.8"})
	v.Hermetic = &verdict.Hermetic{Sealed: true}
	report.Judge(v, recorded(t, situation))
	v.Conclude()
	if err := v.Validate(); err != nil {
		t.Errorf("%s: %v", situation, err)
	}
	return v
}

func recorded(t *testing.T, situation string) []types.Report {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "ginkgo", situation+".json"))
	if err != nil {
		t.Fatal(err)
	}
	reports, err := report.ReadGinkgo(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return reports
}

func criterion(t *testing.T, v *verdict.Verdict, id criteria.ID) verdict.Criterion {
	t.Helper()
	i := slices.IndexFunc(v.Criteria, func(c verdict.Criterion) bool { return c.ID == id })
	if i < 0 {
		t.Fatalf("the verdict has no criterion %s", id)
	}
	return v.Criteria[i]
}

func TestJudgeWhatGinkgoWrites(t *testing.T) {
	t.Parallel()
	type counts struct{ Planned, Finished, Passed, Failed, Skipped, Flaky, Unsupported, Filtered int }
	tests := []struct {
		situation string
		result    verdict.Result
		counts    counts
		id        criteria.ID // the criterion to look at
		is        verdict.Result
		says      string // in its reason
		error     string // in v.Error; "" for none
	}{
		{"passed", verdict.Pass, counts{Planned: 5, Finished: 5, Passed: 5}, "WF-4", verdict.Passed, "", ""},
		{
			"failed", verdict.Fail,
			counts{Planned: 5, Finished: 5, Passed: 4, Failed: 1},
			"WF-4", verdict.Failed,
			"letsencrypt-production Ready", "",
		},
		{
			"panicked", verdict.Fail,
			counts{Planned: 5, Finished: 5, Passed: 4, Failed: 1},
			"DW-4", verdict.Failed,
			"the spec panicked: nil map", "",
		},
		{
			"skipped", verdict.Partial,
			counts{Planned: 5, Finished: 5, Passed: 4, Skipped: 1},
			"DW-4", verdict.Skipped,
			"the external client is not up", "",
		},
		{
			"pending", verdict.Partial,
			counts{Planned: 6, Finished: 6, Passed: 5, Skipped: 1},
			"FP-2", verdict.Skipped,
			"marked as pending", "",
		},
		{
			"flaky", verdict.Partial,
			counts{Planned: 5, Finished: 5, Passed: 4, Flaky: 1},
			"VC-3", verdict.Flaky,
			"passed at attempt 2 of at most 2; first: exit status 1", "",
		},
		{
			"focused", verdict.Partial,
			counts{Planned: 1, Finished: 1, Passed: 1, Filtered: 4},
			"DW-4", verdict.Skipped,
			"left out by a focus or label filter", "",
		},
		{
			"labelled", verdict.Partial,
			counts{Planned: 2, Finished: 2, Passed: 2, Filtered: 3},
			"DW-2", verdict.Skipped,
			"left out by a focus or label filter", "",
		},
		{
			"nothing", verdict.Errored,
			counts{Filtered: 5},
			"DW-2", verdict.Skipped, "left out by a focus",
			"no spec was planned",
		},
		{
			"before-suite", verdict.Errored,
			counts{Planned: 5},
			"DW-2", verdict.Skipped, "the run ended before",
			"BeforeSuite: no container engine answers: install podman",
		},
		{
			"after-suite", verdict.Errored,
			counts{Planned: 5, Finished: 5, Passed: 5},
			"DW-2", verdict.Passed, "",
			"AfterSuite: the node does not tell what it dropped",
		},
		{
			"interrupted", verdict.Errored,
			counts{Planned: 5, Finished: 1, Passed: 1, Skipped: 4},
			"DW-4", verdict.Skipped,
			"interrupted", "Interrupted by User",
		},
		{
			"suite-timeout", verdict.Errored,
			counts{Planned: 5, Finished: 1, Passed: 1, Skipped: 4},
			"DW-4", verdict.Skipped,
			"no A record", "Suite Timeout Elapsed",
		},
		{
			"fail-fast", verdict.Fail,
			counts{Planned: 5, Finished: 1, Failed: 1, Skipped: 4},
			"DW-2", verdict.Failed,
			"letsencrypt-production Ready", "",
		},
		{"dry", verdict.Errored, counts{Planned: 5, Finished: 5, Passed: 5}, "DW-2", verdict.Passed, "", "dry run"},
	}
	if len(tests) != len(situations()) {
		t.Errorf("%d situations are recorded, %d are judged", len(situations()), len(tests))
	}
	for _, tc := range tests {
		t.Run(tc.situation, func(t *testing.T) {
			t.Parallel()
			v := judged(t, tc.situation)
			if v.Result != tc.result {
				t.Errorf("result %s, want %s: %q", v.Result, tc.result, v.Reasons)
			}
			s := v.Specs
			if d := cmp.Diff(tc.counts, counts{
				s.Planned, s.Finished, s.Passed, s.Failed, s.Skipped, s.Flaky, s.Unsupported,
				s.Filtered,
			}); d != "" {
				t.Errorf("counts (-want +got):\n%s", d)
			}
			if c := criterion(t, v, tc.id); c.Result != tc.is || !strings.Contains(c.Reason, tc.says) {
				t.Errorf("criterion %s is %s (%q), want %s (%q)", c.ID, c.Result, c.Reason, tc.is, tc.says)
			}
			switch {
			case tc.error == "" && v.Error != nil:
				t.Errorf("error %+v, want none", v.Error)
			case tc.error != "" && (v.Error == nil || !strings.Contains(v.Error.Operation+": "+v.Error.Message, tc.error)):
				t.Errorf("error %+v, want %q", v.Error, tc.error)
			}
		})
	}
}

func TestJudgeKeepsWhatSpecsRecord(t *testing.T) {
	t.Parallel()
	v := judged(t, "failed")
	if d := cmp.Diff([]string{"ClusterIssuer letsencrypt-production"}, criterion(t, v, "DW-2").Objects); d != "" {
		t.Errorf("objects of DW-2 (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]string{"A develop.safeops.work = 203.0.113.10", "HTTPS 200"},
		criterion(t, v, "DW-4").Evidence); d != "" {
		t.Errorf("evidence of DW-4 (-want +got):\n%s", d)
	}
	if len(v.Faults) != 1 || v.Faults[0].SecondsToDetect != 4.5 {
		t.Errorf("faults = %+v", v.Faults)
	}
	if len(v.Routes) != 1 || v.Routes[0].Host != "develop.safeops.work" {
		t.Errorf("routes = %+v", v.Routes)
	}
	i := slices.IndexFunc(v.Specs.List, func(s verdict.Spec) bool { return s.Result == verdict.Failed })
	if s := v.Specs.List[i]; s.File != "suite/suite_test.go" || s.Line == 0 {
		t.Errorf("the failure is at %s:%d", s.File, s.Line)
	}
}
