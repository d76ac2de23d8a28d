package report_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edgeproof/edgeproof/e2e/report"
	"github.com/edgeproof/edgeproof/e2e/verdict"
	"github.com/edgeproof/edgeproof/e2e/verdict/verdicttest"
)

func TestSummaryFitsAStepSummary(t *testing.T) {
	t.Parallel()
	v := verdicttest.Failing()
	for i := range 600 {
		v.Faults = append(v.Faults, verdict.Fault{
			ID: fmt.Sprint("fault-", i), Result: verdict.Failed,
			Reason: strings.Repeat("long | reason\n", 400),
		})
	}
	v.Conclude()
	got := render(t, report.Markdown, v)
	if len(got) >= 1<<20 {
		t.Errorf("the summary has %d bytes, GitHub accepts 1 MiB", len(got))
	}
	if !bytes.HasPrefix(got, []byte("# ✗ FAIL")) || !bytes.Contains(got[len(got)-200:], []byte("did not fit here")) {
		t.Errorf("the summary does not say what it left out: …%s", got[len(got)-200:])
	}
}

func TestTerminalKeepsToItsWidth(t *testing.T) {
	t.Parallel()
	ansi := regexp.MustCompile(`\x1b\[[0-9]+m`)
	for _, width := range []int{40, 72, 200} {
		out := render(t, func(w io.Writer, v *verdict.Verdict) error {
			return report.Terminal(w, v, report.Style{Color: true, Width: width})
		}, verdicttest.Failing())
		for _, l := range strings.Split(string(ansi.ReplaceAll(out, nil)), "\n") {
			if n := len([]rune(l)); n > width && len(strings.Fields(l)) > 1 && !strings.Contains(l, "https://") {
				t.Errorf("width %d: %d columns: %q", width, n, l)
			}
		}
	}
}

func TestStyleOfAFileIsPlain(t *testing.T) {
	t.Parallel()
	f, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if s := report.StyleOf(f, func(string) string { return "" }); s != (report.Style{}) {
		t.Errorf("a file gets %+v", s)
	}
	if out := render(t, writers()["plain.txt"], verdicttest.Failing()); bytes.Contains(out, []byte("\x1b")) {
		t.Error("plain output has escapes")
	}
}

func TestOnGitHub(t *testing.T) {
	t.Parallel()
	env := func(v string) func(string) string {
		return func(k string) string { return map[string]string{"GITHUB_ACTIONS": v}[k] }
	}
	if !report.OnGitHub(env("true")) || report.OnGitHub(env("")) {
		t.Error("GITHUB_ACTIONS is misread")
	}
}

func TestAnnotationsSayHowManyAreLeftOut(t *testing.T) {
	t.Parallel()
	v := verdicttest.Failing()
	for i := range 30 {
		v.Faults = append(v.Faults, verdict.Fault{ID: fmt.Sprint("fault-", i), Result: verdict.Failed, Reason: "why"})
	}
	out := string(render(t, report.Annotations, v))
	if n := strings.Count(out, "::error "); n != 10 || !strings.Contains(out, "::26 more") {
		t.Errorf("%d errors:\n%s", n, out)
	}
	if strings.Index(out, "::warning") < strings.LastIndex(out, "::error") {
		t.Errorf("a warning stands before an error:\n%s", out)
	}
}

func TestWriteAll(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new", "artefacts")
	for range 2 { // the second run replaces the first
		if err := report.WriteAll(dir, verdicttest.Failing()); err != nil {
			t.Fatal(err)
		}
	}
	if d := cmp.Diff([]string{"badge.json", "junit.xml", "report.html", "summary.md", "verdict.json"},
		names(t, dir)); d != "" {
		t.Errorf("files (-want +got):\n%s", d)
	}
	data, err := os.ReadFile(filepath.Join(dir, report.VerdictFile))
	if err != nil {
		t.Fatal(err)
	}
	v, err := verdict.Parse(data)
	if err != nil || v.ExitCode() != 1 {
		t.Errorf("exit %d, %v", v.ExitCode(), err)
	}
	info, err := os.Stat(filepath.Join(dir, report.HTMLFile))
	if err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestWriteAllWritesTheOthersWhenOneFails(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, report.JUnitFile, "in the way"), 0o750); err != nil {
		t.Fatal(err)
	}
	err := report.WriteAll(dir, verdicttest.Passing())
	if err == nil || !strings.Contains(err.Error(), report.JUnitFile) || strings.Contains(err.Error(), report.HTMLFile) {
		t.Errorf("WriteAll = %v, want an error on %s alone", err, report.JUnitFile)
	}
	if d := cmp.Diff([]string{"badge.json", "junit.xml", "report.html", "summary.md", "verdict.json"},
		names(t, dir)); d != "" {
		t.Errorf("no temporary file may stay (-want +got):\n%s", d)
	}
}

func TestWriteAllReportsAContradiction(t *testing.T) {
	t.Parallel()
	v := verdicttest.Failing()
	v.Result = verdict.Pass
	dir := t.TempDir()
	if err := report.WriteAll(dir, v); err == nil || !strings.Contains(err.Error(), `the rest says "fail"`) {
		t.Errorf("WriteAll = %v", err)
	}
	if len(names(t, dir)) != 5 {
		t.Errorf("files = %v", names(t, dir))
	}
}

func TestWritersPassTheErrorOn(t *testing.T) {
	t.Parallel()
	full := errors.New("no space left")
	for name, write := range writers() {
		if err := write(failing{full}, verdicttest.Failing()); !errors.Is(err, full) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func names(t *testing.T, dir string) []string {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range list {
		out = append(out, e.Name())
	}
	return out
}
