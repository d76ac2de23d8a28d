package cluster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// imageVariable names the node image for the tests on a real engine; without it they are skipped.
const imageVariable = "EDGEPROOF_TEST_NODE_IMAGE"

// ensureVariable makes the test binary act as a run: it ensures a cluster in the named work folder and ends. So it can
// be killed.
const ensureVariable = "EDGEPROOF_TEST_ENSURE"

func realConfig(ctx context.Context, dir string) (Config, error) {
	logger := Progress(os.Stderr, true)
	engine, host, err := PrepareEngine(ctx, EngineOptions{WorkDir: dir, Log: logger})
	return Config{
		Name: "edgeproof-try", NodeImage: os.Getenv(imageVariable), Inputs: "try",
		Kubeconfig: filepath.Join(dir, "kubeconfig"), WorkDir: dir, Engine: engine, Host: host, Log: logger,
	}, err
}

func ensureAsProgram(dir string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	c, err := realConfig(ctx, dir)
	if err == nil {
		_, outcome, ensureErr := Ensure(ctx, c)
		fmt.Println(outcome)
		err = ensureErr
	}
	if err != nil {
		fmt.Println(err)
		return 1
	}
	return 0
}

// runAsProgram starts such a run; after a delay it is killed, if the delay is not 0.
func runAsProgram(t *testing.T, dir string, killAfter time.Duration) string {
	t.Helper()
	program := exec.CommandContext(t.Context(), os.Args[0]) //nolint:gosec // this test binary
	program.Env = append(os.Environ(), ensureVariable+"="+dir)
	var out bytes.Buffer
	program.Stdout, program.Stderr = &out, os.Stderr
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	if killAfter > 0 {
		timer := time.AfterFunc(killAfter, func() { _ = program.Process.Kill() })
		defer timer.Stop()
	}
	err := program.Wait()
	if killAfter == 0 && err != nil {
		t.Fatalf("%v: %s", err, out.String())
	}
	return strings.TrimSpace(out.String())
}

// TestReal drives a real engine through a cluster's life. It takes minutes, and needs a node image:
//
//	EDGEPROOF_TEST_NODE_IMAGE=edgeproof.dev/node:… go test ./e2e/cluster -run TestReal -v -timeout 20m
func TestReal(t *testing.T) {
	if os.Getenv(imageVariable) == "" {
		t.Skipf("set %s to a node image", imageVariable)
	}
	dir := t.TempDir()
	c, err := realConfig(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	clean := func() {
		if _, err := Delete(context.WithoutCancel(t.Context()), c); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(clean)
	timed := func(what string, f func()) {
		start := time.Now()
		f()
		t.Logf("%-40s %5.1f s", what, time.Since(start).Seconds())
	}
	expect := func(action Action) {
		t.Helper()
		made, outcome, err := Ensure(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		t.Log(outcome)
		if outcome.Action != action {
			t.Errorf("got %s, want %s", outcome, action)
		}
		if err := made.Close(); err != nil {
			t.Fatal(err)
		}
	}
	timed("create", func() { expect(Created) })
	timed("reuse", func() { expect(Reused) })
	t.Run("use", func(t *testing.T) { use(t, c) })
	timed("stop the node", func() {
		if _, err := c.Engine.Output(t.Context(), "kill", c.nodeName()); err != nil {
			t.Fatal(err)
		}
	})
	timed("replace a stopped one", func() { expect(Replaced) })
	for _, after := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 12 * time.Second} {
		clean()
		t.Logf("killed after %s: %q", after, runAsProgram(t, dir, after))
		timed(fmt.Sprintf("the run after a kill at %s", after), func() {
			if out := runAsProgram(t, dir, 0); !strings.HasPrefix(out, "created") && !strings.HasPrefix(out, "replaced") {
				t.Errorf("the next run printed %q", out)
			}
		})
		expect(Reused)
	}
	t.Run("a foreign cluster", func(t *testing.T) {
		theirs := c
		theirs.WorkDir = t.TempDir()
		theirs.Kubeconfig = filepath.Join(theirs.WorkDir, "kubeconfig")
		var refused *NotOursError
		if _, err := Delete(t.Context(), theirs); !errors.As(err, &refused) {
			t.Errorf("got %v, want a refusal", err)
		}
	})
	expect(Reused)
	timed("delete", clean)
}

// use calls what a run needs of its cluster.
func use(t *testing.T, c Config) {
	made, _, err := Ensure(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer made.Close() //nolint:errcheck // a test
	rest, err := made.RESTConfig()
	if err != nil {
		t.Fatal(err)
	}
	client, err := kubernetes.NewForConfig(rest)
	if err != nil {
		t.Fatal(err)
	}
	if version, err := client.Discovery().ServerVersion(); err != nil || version.GitVersion != made.Kubernetes {
		t.Errorf("version %v, %v; want %s", version, err, made.Kubernetes)
	}
	if pods, err := client.CoreV1().Pods("kube-system").List(t.Context(), metav1.ListOptions{}); err != nil ||
		len(pods.Items) == 0 {
		t.Errorf("pods: %v, %v", pods, err)
	}
	if out, err := made.Exec(t.Context(), "cat", MarkerPath+"/cluster.json"); err != nil ||
		!strings.Contains(string(out), `"phase": "ready"`) {
		t.Errorf("marker %s, %v", out, err)
	}
	var failed *CommandError
	if _, err := made.Exec(t.Context(), "sh", "-c", "echo no >&2; exit 3"); !errors.As(err, &failed) ||
		failed.Output != "no\n" {
		t.Errorf("got %v, want the command's own words", err)
	}
	logs := filepath.Join(t.TempDir(), "logs")
	start := time.Now()
	if err := made.Logs(t.Context(), logs); err != nil {
		t.Error(err)
	}
	t.Logf("logs %.1f s", time.Since(start).Seconds())
	for _, file := range []string{"journal.log", "kubelet.log", "images.log", "inspect.json"} {
		if info, err := os.Stat(filepath.Join(logs, made.Node, file)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v, %v", file, info, err)
		}
	}
	if missing, err := os.ReadFile(filepath.Join(logs, "missing.txt")); err == nil {
		t.Logf("missing from the logs: %s", missing)
	}
}
