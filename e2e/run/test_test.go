package run

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/cluster"
	"github.com/edgeproof/edgeproof/e2e/supply"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// judged is a verdict of one spec on every criterion, with this result.
func judged(t *testing.T, r verdict.Result) *verdict.Verdict {
	t.Helper()
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	v := verdict.New(verdict.Suite{Version: "v1", GoVersion: "go1", Started: start, Finished: start.Add(time.Minute)})
	if len(v.Criteria) == 0 {
		t.Fatal("no criterion is registered: a verdict would prove nothing")
	}
	spec := verdict.Spec{Name: "all of it", Result: r, Finished: true, Attempts: 1}
	for n := range v.Criteria {
		v.Criteria[n].Result, v.Criteria[n].Evidence = r, []string{"seen"}
		spec.Criteria = append(spec.Criteria, v.Criteria[n].ID)
	}
	if r != verdict.Passed {
		spec.Reason = "it is broken"
		for n := range v.Criteria {
			v.Criteria[n].Reason = spec.Reason
		}
	}
	v.Specs = verdict.Tally(1, 0, []verdict.Spec{spec})
	v.Hermetic = &verdict.Hermetic{Sealed: true}
	return v
}

func TestWrite(t *testing.T) {
	t.Parallel()
	broken := judged(t, verdict.Passed)
	broken.SetError("set up the test environment", errors.New("no engine"), "install one")
	for name, c := range map[string]struct {
		given *verdict.Verdict
		code  int
		said  string
	}{
		"pass":  {judged(t, verdict.Passed), 0, "pass"},
		"fail":  {judged(t, verdict.Failed), 1, "it is broken"},
		"error": {broken, 2, "no engine"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "not", "there")
			c.given.Conclude()
			var out bytes.Buffer
			code, err := (&test{options: Options{Artifacts: dir}, verdict: c.given}).write(&out)
			if err != nil || code != c.code {
				t.Errorf("exit status %d, %v, want %d", code, err, c.code)
			}
			if said := strings.ToLower(out.String()); !strings.Contains(said, c.said) ||
				!strings.HasSuffix(said, "results: "+strings.ToLower(dir)+"\n") {
				t.Errorf("printed, want %q and the folder in it:\n%s", c.said, out.String())
			}
			for _, file := range []string{"verdict.json", "junit.xml", "summary.md", "report.html"} {
				if !exists(filepath.Join(dir, file)) {
					t.Errorf("%s was not written", file)
				}
			}
			var written struct{ Result verdict.Result }
			raw, err := os.ReadFile(filepath.Join(dir, "verdict.json"))
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(raw, &written); err != nil || written.Result.ExitCode() != c.code {
				t.Errorf("the written result is %q, %v", written.Result, err)
			}
		})
	}
}

// TestWriteWithoutAPlaceForResults: a pass without a readable record is no pass.
func TestWriteWithoutAPlaceForResults(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, "")
	v := judged(t, verdict.Passed)
	v.Conclude()
	code, err := (&test{options: Options{Artifacts: file}, verdict: v}).write(&bytes.Buffer{})
	if code != verdict.ExitError || !strings.HasPrefix(message(err), "write results") {
		t.Errorf("exit status %d, %v", code, err)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestWriteOnABrokenPipe(t *testing.T) {
	t.Parallel()
	v := judged(t, verdict.Passed)
	v.Conclude()
	if _, err := (&test{
		options: Options{Artifacts: t.TempDir()},
		verdict: v,
	}).write(full{}); !strings.Contains(message(err), "no space left") {
		t.Errorf("tell = %v", err)
	}
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	v := verdict.New(verdict.Suite{})
	w := &test{options: Options{Bundle: "/b"}, verdict: v, env: &Env{}}
	w.describe() // what an early end leaves: nothing but the path
	if v.Bundle.Path != "/b" || v.Bundle.Digest != "" || len(v.Bundle.Images) != 0 || v.Cluster != (verdict.Cluster{}) {
		t.Errorf("of an empty world: %+v, %+v", v.Bundle, v.Cluster)
	}
	w.env = &Env{
		Bundle: &bundle.Bundle{Digest: "sha256:1"}, Engine: &cluster.Engine{Name: "podman"},
		Cluster: &cluster.Cluster{Kubernetes: "v1.37.2"},
		Node:    &supply.Node{Images: []supply.Provided{{Reference: "a:1", Digest: "sha256:2", Origin: "built"}}},
	}
	w.describe()
	if v.Bundle.Digest != "sha256:1" || v.Cluster != (verdict.Cluster{Provider: "podman", Kubernetes: "v1.37.2"}) ||
		len(v.Bundle.Images) != 1 || v.Bundle.Images[0] != (verdict.Image{
		Name: "a:1", Digest: "sha256:2",
		Origin: "built",
	}) {
		t.Errorf("of a whole world: %+v, %+v", v.Bundle, v.Cluster)
	}
}

func TestTestRefusesOptionsBeforeAnything(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	code, err := Test(t.Context(), Options{Dir: root, Keep: "sometimes"}, &bytes.Buffer{})
	if code != verdict.ExitError || !strings.Contains(message(err), "--keep sometimes") {
		t.Errorf("exit status %d, %v", code, err)
	}
	if exists(filepath.Join(root, "_artifacts")) || exists(filepath.Join(root, "_work")) {
		t.Error("something was written")
	}
}
