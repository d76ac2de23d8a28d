package live_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/explain"
	"github.com/edgeproof/edgeproof/e2e/judge"
	"github.com/edgeproof/edgeproof/e2e/live"
	"github.com/edgeproof/edgeproof/e2e/progress"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// api is an API server on which nothing is installed. It records its requests.
type api struct {
	forbidden string // resource that may not be listed

	mu    sync.Mutex
	asked []string
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	a.asked = append(a.asked, r.Method+" "+r.URL.Path)
	a.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	switch resource := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]; resource {
	case a.forbidden:
		w.WriteHeader(http.StatusForbidden)
		_ = json.NewEncoder(w).Encode(map[string]any{
			"kind": "Status", "apiVersion": "v1", "status": "Failure",
			"reason": "Forbidden", "code": 403, "message": "refused",
		})
	case "version":
		_, _ = io.WriteString(w, `{"gitVersion": "v1.37.2"}`)
	default:
		_, _ = io.WriteString(w, `{"metadata": {}, "items": []}`)
	}
}

func (a *api) kubeconfig(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	path := filepath.Join(t.TempDir(), "kubeconfig")
	text := `{apiVersion: v1, kind: Config, current-context: c, clusters: [{name: k, cluster: {server: "` + server.URL +
		`"}}],
contexts: [{name: c, context: {cluster: k, user: u}}], users: [{name: u, user: {}}]}`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// kubectl puts a program of that name on the PATH, and nothing else.
func kubectl(t *testing.T, script string) {
	t.Helper()
	dir := t.TempDir()
	if script != "" {
		if err := os.WriteFile(filepath.Join(dir, "kubectl"), []byte("#!/bin/sh\n"+script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir)
}

func judged(t *testing.T, kubeconfig string) *verdict.Verdict {
	t.Helper()
	target := judge.Reference()
	target.Zones = []string{"safeops.work"}
	target.Routes = []judge.Route{{
		Source: edge.Source{Kind: edge.Ingress, Namespace: "apps", Name: "shop"},
		Hosts:  []string{"shop.safeops.work"},
	}}
	v := verdict.New(verdict.Suite{Version: "test", Started: time.Now()})
	v.Profile = verdict.Live
	err := live.Judge(t.Context(), live.Options{
		Target: target, ExternalDNS: "external-dns", Log: progress.Plain(io.Discard),
		Explain: explain.Options{
			Kubeconfig: kubeconfig, Context: "c", Internet: "live", Resolver: "127.0.0.1:1",
			Timeout: 20 * time.Second,
		},
	}, v)
	if err != nil {
		t.Fatal(err)
	}
	v.Suite.Finished = time.Now()
	v.Conclude()
	if err := v.Validate(); err != nil {
		t.Error(err)
	}
	return v
}

func criterion(t *testing.T, v *verdict.Verdict, id criteria.ID) verdict.Criterion {
	t.Helper()
	i := slices.IndexFunc(v.Criteria, func(c verdict.Criterion) bool { return c.ID == id })
	if i < 0 {
		t.Fatalf("the verdict has no %s", id)
	}
	return v.Criteria[i]
}

func TestAnEmptyClusterFailsAndIsOnlyRead(t *testing.T) { // it sets the PATH
	log := filepath.Join(t.TempDir(), "log")
	kubectl(t, `echo "$*" >> `+log+"\n")
	a := &api{}
	v := judged(t, a.kubeconfig(t))
	if v.Result != verdict.Fail || v.Cluster.Kubernetes != "v1.37.2" || len(v.Routes) != 1 ||
		v.Routes[0].Result != verdict.Unsupported {
		t.Errorf("result %s on Kubernetes %q with routes %+v, want fail, and a route that could not be probed", v.Result,
			v.Cluster.Kubernetes, v.Routes)
	}
	for id, want := range map[criteria.ID]verdict.Result{
		"BL-3": verdict.Failed, "DW-4": verdict.Unsupported,
		"VC-2": verdict.Failed, "WF-1": verdict.Skipped, "FP-1": verdict.Skipped,
	} {
		if c := criterion(t, v, id); c.Result != want || c.Reason == "" {
			t.Errorf("%s: %s, %q, want %s with a reason", id, c.Result, c.Reason, want)
		}
	}
	for _, reason := range v.Reasons {
		if strings.Contains(reason, "WF-1") || strings.Contains(reason, "seal") {
			t.Errorf("reason %q is of what this profile does not judge", reason)
		}
	}
	for _, request := range a.asked {
		if !strings.HasPrefix(request, "GET ") {
			t.Errorf("the API server received %s", request)
		}
	}
	commands, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(commands)), "\n")
	if len(lines) != 5 {
		t.Errorf("kubectl was run %d times, want 5: %q", len(lines), lines)
	}
	for _, line := range lines {
		if !strings.Contains(line, "--context=c ") || !slices.ContainsFunc([]string{" get ", " logs ", " describe "},
			func(verb string) bool { return strings.Contains(line, verb) }) {
			t.Errorf("kubectl was run with %q, want a reading verb and the user's context", line)
		}
	}
	if !strings.Contains(string(commands), "-n apps describe ingress shop") {
		t.Errorf("the target's own route was not described: %s", commands)
	}
}

func TestWhatCannotBeLookedAtIsUnsupported(t *testing.T) { // it sets the PATH
	kubectl(t, "")
	v := judged(t, (&api{forbidden: "clusterissuers"}).kubeconfig(t))
	for _, id := range []criteria.ID{"DW-2", "VC-1", "VC-5"} {
		if c := criterion(t, v, id); c.Result != verdict.Unsupported || c.Reason == "" {
			t.Errorf("%s: %s, %q, want unsupported with a reason", id, c.Result, c.Reason)
		}
	}
	kubectl(t, `echo 'Error from server (Forbidden): pods is forbidden' >&2; exit 1`)
	v = judged(t, (&api{}).kubeconfig(t))
	if c := criterion(t, v, "VC-1"); c.Result != verdict.Unsupported || !strings.Contains(c.Reason, "request the right") {
		t.Errorf("VC-1: %s, %q, want unsupported for want of a right", c.Result, c.Reason)
	}
	kubectl(t, `echo 'Error from server (NotFound): ingresses "shop" not found' >&2; exit 1`)
	v = judged(t, (&api{}).kubeconfig(t))
	if c := criterion(t, v, "VC-4"); c.Result != verdict.Failed || !strings.Contains(c.Reason, "not found") {
		t.Errorf("VC-4: %s, %q, want failed for what is not there", c.Result, c.Reason)
	}
}

func TestAClusterThatDoesNotAnswerIsNoVerdict(t *testing.T) {
	t.Parallel()
	v := verdict.New(verdict.Suite{})
	err := live.Judge(t.Context(), live.Options{
		Log: progress.Plain(io.Discard), Explain: explain.Options{
			Kubeconfig: filepath.Join(t.TempDir(), "none"),
			Internet:   "auto",
		},
	}, v)
	if err == nil || !strings.Contains(err.Error(), "--kubeconfig") {
		t.Errorf("%v, want an error with its remedy", err)
	}
}

// TestNothingHereCanBreakACluster: what injects faults is not in the program's part that looks at a cluster
// that exists.
func TestNothingHereCanBreakACluster(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	packages := strings.Fields(string(out))
	if !slices.Contains(packages, "github.com/edgeproof/edgeproof/e2e/facts") {
		t.Fatalf("go list names no package of this project: %q", packages)
	}
	for _, p := range []string{"e2e/fault", "e2e/upgrade", "e2e/run", "e2e/cluster"} {
		if slices.Contains(packages, "github.com/edgeproof/edgeproof/"+p) {
			t.Errorf("the live profile is made of %s", p)
		}
	}
}
