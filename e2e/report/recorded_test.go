package report_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/onsi/ginkgo/v2/types"

	"github.com/edgeproof/edgeproof/e2e/report"
)

// situations are the recorded runs of testdata/suite: what each passes to go test.
func situations() map[string][]string {
	return map[string][]string{
		"passed": nil, "failed": nil, "panicked": nil, "skipped": nil, "pending": nil, "flaky": nil,
		"before-suite": nil, "after-suite": nil, "interrupted": nil,
		"fail-fast":     {"-ginkgo.fail-fast"},
		"suite-timeout": {"-ginkgo.timeout=2s"},
		"focused":       {"-ginkgo.focus=DW-2"},
		"labelled":      {"-ginkgo.label-filter=DW-4||FP-1"},
		"nothing":       {"-ginkgo.focus=no such spec"},
		"dry":           {"-ginkgo.dry-run"},
	}
}

// recordAll runs testdata/suite in every situation and keeps what Ginkgo writes, without the paths and times of
// this machine.
func recordAll(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(t.TempDir(), "suite.test")
	run(t, exec.CommandContext(ctx, "go", "test", "-c", "-o", bin, "./testdata/suite"))
	for name, args := range situations() {
		out := filepath.Join(t.TempDir(), name+".json")
		cmd := exec.CommandContext(ctx, bin, append([]string{"-ginkgo.json-report=" + out, "-ginkgo.seed=1"}, args...)...)
		cmd.Dir = "testdata/suite"
		cmd.Env = append(os.Environ(), "SITUATION="+name)
		if name == "fail-fast" {
			cmd.Env = append(os.Environ(), "SITUATION=failed")
		}
		if log, err := cmd.CombinedOutput(); err != nil {
			t.Logf("%s: %v (%d bytes of log)", name, err, len(log))
		}
		data, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		data = bytes.ReplaceAll(data, []byte(root), []byte("/src/edgeproof"))
		writeFile(t, filepath.Join("testdata", "ginkgo", name+".json"), slim(t, data))
	}
}

// slim drops what Judge does not read and what changes from run to run.
func slim(t *testing.T, data []byte) []byte {
	t.Helper()
	reports, err := report.ReadGinkgo(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	start := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	for i := range reports {
		r := &reports[i]
		r.StartTime, r.EndTime, r.RunTime = start, start.Add(20*time.Second), 20*time.Second
		for j := range r.SpecReports {
			s := &r.SpecReports[j]
			s.StartTime, s.EndTime, s.RunTime = start, start.Add(250*time.Millisecond), 250*time.Millisecond
			s.SpecEvents, s.ProgressReports, s.CapturedGinkgoWriterOutput, s.CapturedStdOutErr = nil, nil, "", ""
			for k := range s.ReportEntries {
				s.ReportEntries[k].Time, s.ReportEntries[k].TimelineLocation = start, types.TimelineLocation{}
			}
			slimFailure(&s.Failure)
			for k := range s.AdditionalFailures {
				slimFailure(&s.AdditionalFailures[k].Failure)
			}
		}
	}
	out, err := json.MarshalIndent(reports, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return append(out, '\n')
}

// slimFailure drops the same of a failure, and of those that came with it.
func slimFailure(f *types.Failure) {
	f.Location.FullStackTrace, f.ProgressReport, f.TimelineLocation = "", types.ProgressReport{}, types.TimelineLocation{}
	if f.AdditionalFailure != nil {
		slimFailure(&f.AdditionalFailure.Failure)
	}
}

func run(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, out)
	}
}

func writeFile(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}
