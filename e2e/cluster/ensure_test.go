package cluster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/kind/pkg/apis/config/v1alpha4"
)

// world is a machine without an engine: it holds containers and answers as they would.
type world struct {
	images     []string
	found      []container
	life       life
	kubernetes string
	createErrs []error // one for each creation, nil from then on
	removeErrs []error
	vanish     bool       // a created container is removed by somebody
	lateArrive *container // appears while a creation fails: an orphaned process of a killed run made it
	calls      []string
}

func (w *world) call(format string, args ...any) {
	w.calls = append(w.calls, fmt.Sprintf(format, args...))
}

func (w *world) hasImage(_ context.Context, ref string) (bool, error) {
	return slices.Contains(w.images, ref), nil
}

func (w *world) containers(context.Context, string, string) ([]container, error) {
	return slices.Clone(w.found), nil
}

// next takes the first of a list of prepared errors.
func next(errs *[]error) error {
	if len(*errs) == 0 {
		return nil
	}
	err := (*errs)[0]
	*errs = (*errs)[1:]
	return err
}

func (w *world) create(_ context.Context, cluster *v1alpha4.Cluster, scratch string) error {
	w.call("create %s", cluster.Name)
	if w.lateArrive != nil {
		w.found, w.lateArrive = []container{*w.lateArrive}, nil
		return next(&w.createErrs)
	}
	marker := cluster.Nodes[0].ExtraMounts[0]
	w.found = []container{{
		Name: cluster.Name + "-control-plane", Running: true, Status: "running", Marker: marker.HostPath,
	}}
	if err := next(&w.createErrs); err != nil {
		return err
	}
	if w.vanish {
		w.found = nil
		return nil
	}
	w.life = life{Answers: true, Ready: true, Inputs: cluster.Nodes[0].Labels[InputsLabel]}
	return os.WriteFile(scratch, []byte("kind's own"), 0o600)
}

func (w *world) remove(_ context.Context, _ string, containers []container) error {
	w.call("remove %d", len(containers))
	if err := next(&w.removeErrs); err != nil {
		return err
	}
	w.found = nil
	return nil
}

func (w *world) kubeconfig(_ context.Context, cluster string) ([]byte, error) {
	return []byte("credentials of " + cluster), nil
}

func (w *world) version(context.Context, string) (string, error) { return w.kubernetes, nil }
func (w *world) live(context.Context, []byte) life               { return w.life }

func (w *world) exec(context.Context, string, io.Reader, io.Writer, io.Writer, string, ...string) error {
	return nil
}
func (w *world) load(context.Context, string, io.Reader) error { return nil }

func (w *world) logs(_ context.Context, _, dir string) error {
	w.call("logs")
	return os.MkdirAll(dir, 0o755)
}

// bench gives an empty machine with the node image, and a configuration in a folder of its own.
func bench(t *testing.T) (*world, Config) {
	t.Helper()
	c := config()
	c.WorkDir = t.TempDir()
	c.Kubeconfig = filepath.Join(c.WorkDir, "kubeconfig")
	return &world{images: []string{c.NodeImage}, kubernetes: "v1.37.2"}, c
}

// mustEnsure gives a cluster and gives its lock back at once.
func mustEnsure(t *testing.T, w *world, c Config) Outcome {
	t.Helper()
	made, outcome, err := ensure(t.Context(), c, w)
	if err != nil {
		t.Fatal(err)
	}
	if err := made.Close(); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(c.Kubeconfig); err != nil || string(got) != "credentials of "+c.Name {
		t.Errorf("kubeconfig holds %q, %v", got, err)
	}
	return outcome
}

func (w *world) wantCalls(t *testing.T, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, w.calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	w.calls = nil
}

func TestEnsureCreatesThenReusesThenReplaces(t *testing.T) {
	t.Parallel()
	w, c := bench(t)
	if got := mustEnsure(t, w, c); got.Action != Created {
		t.Errorf("first: %s", got)
	}
	w.wantCalls(t, "create edgeproof")
	if err := os.Remove(c.Kubeconfig); err != nil { // is written again
		t.Fatal(err)
	}
	if got := mustEnsure(t, w, c); got.Action != Reused {
		t.Errorf("second: %s", got)
	}
	w.wantCalls(t)
	c.Inputs = "sha256:beef"
	if got := mustEnsure(t, w, c); got != (Outcome{Replaced, "its inputs have changed"}) {
		t.Errorf("third: %s", got)
	}
	w.wantCalls(t, "remove 1", "create edgeproof")
	w.found[0].Running, w.found[0].Status = false, "exited"
	if got := mustEnsure(t, w, c); got != (Outcome{Replaced, "its node is exited"}) {
		t.Errorf("fourth: %s", got)
	}
	w.wantCalls(t, "remove 1", "create edgeproof")
}

func TestEnsureAfterAKill(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		left func(*testing.T, *world, Config)
		want Outcome
	}{
		"before the container": {
			func(*testing.T, *world, Config) {},
			Outcome{Created, "there was none of this name"},
		},
		"while the engine made the container": {
			func(_ *testing.T, w *world, _ Config) {
				w.found = []container{{Name: "edgeproof-control-plane", Foreign: true}}
			},
			Outcome{Replaced, "its node was left half-made"},
		},
		"while kubeadm ran": {
			func(_ *testing.T, w *world, c Config) {
				w.found = []container{{Name: "edgeproof-control-plane", Running: true, Marker: c.markerDir()}}
			},
			Outcome{Replaced, "the run that was making it did not finish"},
		},
		"while the record was written": {
			func(t *testing.T, w *world, c Config) {
				w.found = []container{{Name: "edgeproof-control-plane", Running: true, Marker: c.markerDir()}}
				if err := os.WriteFile(c.recordFile(), []byte(`{"phase":"rea`), 0o600); err != nil {
					t.Fatal(err)
				}
			},
			Outcome{Replaced, "no record shows how far its creation came"},
		},
		"while kind held its lock on its own kubeconfig": {
			func(t *testing.T, _ *world, c Config) {
				if err := os.MkdirAll(c.scratchDir(), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(c.scratchDir(), "kubeconfig.lock"), nil, 0); err != nil {
					t.Fatal(err)
				}
			},
			Outcome{Created, "there was none of this name"},
		},
	}
	for name, k := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, c := bench(t)
			if err := writeRecord(c.recordFile(), record{Phase: creating}); err != nil {
				t.Fatal(err)
			}
			k.left(t, w, c)
			if got := mustEnsure(t, w, c); got != k.want {
				t.Errorf("got %q, want %q", got, k.want)
			}
			if _, err := os.Stat(filepath.Join(c.scratchDir(), "kubeconfig.lock")); err == nil {
				t.Error("kind's lock file is still there")
			}
			w.calls = nil
			if got := mustEnsure(t, w, c); got.Action != Reused {
				t.Errorf("the next run: %s", got)
			}
		})
	}
}

func TestNothingThatIsNotOursIsTouched(t *testing.T) {
	t.Parallel()
	elsewhere := t.TempDir()
	cases := map[string]struct {
		found container
		want  NotOursError
		says  string
	}{
		"a plain kind cluster": {
			container{Name: "edgeproof-control-plane", Running: true},
			NotOursError{Name: "edgeproof", Container: "edgeproof-control-plane", Engine: Podman},
			"podman rm -f -v edgeproof-control-plane",
		},
		"a cluster of another work folder": {
			container{Name: "edgeproof-control-plane", Running: true, Marker: elsewhere},
			NotOursError{Name: "edgeproof", Container: "edgeproof-control-plane", Engine: Podman, Made: elsewhere},
			"run `make down` there",
		},
		"something half-made that we did not begin": {
			container{Name: "edgeproof-control-plane", Foreign: true},
			NotOursError{Name: "edgeproof", Container: "edgeproof-control-plane", Engine: Podman},
			"choose another name",
		},
	}
	for name, k := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, c := bench(t)
			w.found = []container{k.found}
			_, _, err := ensure(t.Context(), c, w)
			_, deleteErr := remove(t.Context(), c, w)
			for step, err := range map[string]error{"ensure": err, "delete": deleteErr} {
				var refused *NotOursError
				if !errors.As(err, &refused) {
					t.Fatalf("%s: %v, want a refusal", step, err)
				}
				if diff := cmp.Diff(k.want, *refused); diff != "" {
					t.Errorf("%s (-want +got):\n%s", step, diff)
				}
				if !strings.Contains(err.Error(), k.says) {
					t.Errorf("%s: %v does not say %q", step, err, k.says)
				}
			}
			w.wantCalls(t)
			if len(w.found) != 1 {
				t.Error("the container is gone")
			}
		})
	}
}

// A container that appears under our name after the first look is looked at before it is removed.
func TestOwnershipIsCheckedBeforeEveryRemoval(t *testing.T) {
	t.Parallel()
	w, c := bench(t)
	w.createErrs = []error{errors.New("the container name is already in use")}
	w.lateArrive = &container{Name: "edgeproof-control-plane", Running: true}
	_, _, err := ensure(t.Context(), c, w)
	var refused *NotOursError
	if !errors.As(err, &refused) {
		t.Fatalf("got %v, want a refusal", err)
	}
	w.wantCalls(t, "create edgeproof")
}

func TestEnsureTriesAgainOverLeftovers(t *testing.T) {
	t.Parallel()
	w, c := bench(t)
	w.createErrs = []error{&CommandError{
		Args: []string{"podman", "run"}, Output: `the container name "edgeproof-control-plane" is already in use`,
		Err: errors.New("exit status 125"),
	}}
	w.lateArrive = &container{Name: "edgeproof-control-plane", Marker: c.markerDir()}
	if got := mustEnsure(t, w, c); got.Action != Created {
		t.Errorf("got %s", got)
	}
	w.wantCalls(t, "create edgeproof", "remove 1", "create edgeproof")
}

func TestEnsureFailureKeepsLogsAndLeavesNothing(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		change func(*world)
		says   string
	}{
		"kubeadm fails": {
			func(w *world) { w.createErrs = []error{errors.New("failed to init node with kubeadm")} },
			"create it: failed to init node with kubeadm",
		},
		"the node image is too old": {
			func(w *world) { w.kubernetes = "v1.33.0" },
			"node image has Kubernetes v1.33.0, which the suite does not run on",
		},
	}
	for name, k := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, c := bench(t)
			k.change(w)
			_, _, err := ensure(t.Context(), c, w)
			if err == nil || !strings.Contains(err.Error(), k.says) || !strings.Contains(err.Error(), c.failedDir()) {
				t.Fatalf("got %v, want %q and the place of the logs", err, k.says)
			}
			w.wantCalls(t, "create edgeproof", "logs", "remove 1")
			for _, file := range []string{c.Kubeconfig, c.recordFile()} {
				if _, err := os.Stat(file); err == nil {
					t.Errorf("%s is left", file)
				}
			}
			w.createErrs, w.kubernetes = nil, "v1.37.2"
			if got := mustEnsure(t, w, c); got.Action != Created { // the lock was given back
				t.Errorf("the next run: %s", got)
			}
		})
	}
}

// A node that somebody removes is not waited for until the budget is spent.
func TestEnsureNoticesThatItsNodeIsGone(t *testing.T) {
	t.Parallel()
	w, c := bench(t)
	w.vanish = true
	_, _, err := ensure(t.Context(), c, w)
	if err == nil || !strings.Contains(err.Error(), "its node did not get ready (its container was removed)") {
		t.Errorf("got %v, want that its container was removed", err)
	}
}

func TestEnsureRefusesAnAbsentBuiltImageBeforeAnythingElse(t *testing.T) {
	t.Parallel()
	w, c := bench(t)
	mustEnsure(t, w, c)
	w.calls = nil
	c.NodeImage = NodeRepository + ":not-built"
	_, _, err := ensure(t.Context(), c, w)
	if err == nil || !strings.Contains(err.Error(), "run `make images`") {
		t.Errorf("got %v, want the remedy", err)
	}
	w.wantCalls(t) // the cluster that is there stays
}

func TestOneRunAtATime(t *testing.T) {
	t.Parallel()
	w, c := bench(t)
	made, _, err := ensure(t.Context(), c, w)
	if err != nil {
		t.Fatal(err)
	}
	var locked *LockedError
	if _, _, err := ensure(t.Context(), c, w); !errors.As(err, &locked) {
		t.Errorf("second run: %v, want a refusal", err)
	}
	if _, err := remove(t.Context(), c, w); !errors.As(err, &locked) {
		t.Errorf("make down meanwhile: %v, want a refusal", err)
	}
	if err := made.Delete(t.Context()); err != nil {
		t.Fatal(err)
	}
	if was, err := remove(t.Context(), c, w); was || err != nil {
		t.Errorf("after the deletion: %t, %v; want that there was none", was, err)
	}
}

func TestDeleteInsists(t *testing.T) {
	t.Parallel()
	w, c := bench(t)
	mustEnsure(t, w, c)
	w.calls, w.removeErrs = nil, []error{errors.New("container is being used")}
	was, err := remove(t.Context(), c, w)
	if !was || err != nil {
		t.Errorf("got %t, %v", was, err)
	}
	w.wantCalls(t, "remove 1", "remove 1")
}
