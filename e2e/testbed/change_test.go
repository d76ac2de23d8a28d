package testbed

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edgeproof/edgeproof/e2e/bundle"
)

const (
	account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: old, namespace: develop}\n"
	setting = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: old, namespace: develop}\n"
)

// next is the reference bundle without its last stage's objects and with one more stage; was is what it had and
// no longer has.
func (w *world) next(t *testing.T, was ...bundle.Object) *bundle.Bundle {
	t.Helper()
	from := *w.testbed.Bundle
	from.Stages = slices.Clone(from.Stages)
	last := len(from.Stages) - 1
	to := from
	to.Stages = slices.Clone(from.Stages)
	from.Stages[last].Objects = slices.Concat(from.Stages[last].Objects, was)
	w.testbed.Bundle = &from
	return &to
}

func one(t *testing.T, manifest string) bundle.Object {
	t.Helper()
	return made(t, manifest).Stages[0].Objects[0]
}

// TestChange: what the next version has is applied, what it no longer has is pruned, last applied first, and
// nothing else.
func TestChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	keep, disabled, folder := one(t, setting), one(t, setting), one(t, setting)
	keep.SetName("kept-by-helm")
	keep.SetAnnotations(map[string]string{resourcePolicy: "keep"})
	disabled.SetName("kept-by-flux")
	disabled.SetAnnotations(map[string]string{prunePolicy: "disabled"})
	folder.SetName("kept-in-crds-folder")
	folder.InstallOnly = true
	to := w.next(t, one(t, account), one(t, setting), keep, disabled, folder)
	if _, err := w.testbed.Set(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.events = nil
	pruned, err := w.testbed.Change(t.Context(), to, "v3.7.5")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"ConfigMap develop/old", "ServiceAccount develop/old"}, pruned); diff != "" {
		t.Errorf("pruned (-want +got):\n%s", diff)
	}
	all := strings.Join(w.events, "\n")
	for _, want := range []string{
		"apply Deployment traefik/traefik", "apply Deployment cert-manager/external-dns",
		"apply Ingress develop/frontend", "delete ConfigMap develop/old",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q in\n%s", want, all)
		}
	}
	for _, unwanted := range []string{"create Secret", "startupapicheck", "dnsendpoints", "kept-"} {
		if strings.Contains(all, unwanted) {
			t.Errorf("%q in\n%s", unwanted, all)
		}
	}
	if w.testbed.Bundle != to || w.testbed.Traefik != "v3.7.5" || w.testbed.Stuck != "" {
		t.Errorf("the test environment is of %s with Traefik %s, stuck at %q", w.testbed.Bundle.Path, w.testbed.Traefik,
			w.testbed.Stuck)
	}
}

// TestChangePrunesAStageThatIsGone, unless that stage was to be kept.
func TestChangePrunesAStageThatIsGone(t *testing.T) {
	t.Parallel()
	for _, keeps := range []bool{false, true} {
		w := newWorld(t)
		to := w.next(t)
		from := *w.testbed.Bundle
		from.Stages = append(slices.Clone(from.Stages), bundle.Stage{
			Name: "old", Keeps: keeps,
			Objects: []bundle.Object{one(t, setting)},
		})
		w.testbed.Bundle = &from
		pruned, err := w.testbed.Change(t.Context(), to, Traefik)
		if err != nil {
			t.Fatal(err)
		}
		if got := slices.Equal(pruned, []string{"ConfigMap develop/old"}); got == keeps {
			t.Errorf("keeps=%t: pruned %v", keeps, pruned)
		}
	}
}

// TestChangeThatGetsStuck: the change ends at the stage that does not become ready, prunes nothing of it, and
// reports it; a permanent refusal of the API server ends it in the same way.
func TestChangeThatGetsStuck(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(*world)
		want  string
	}{
		"a release": {
			func(w *world) { w.never = "Deployment cert-manager/external-dns" },
			"stage dns-and-certificates: release cert-manager/external-dns",
		},
		"the ingress controller": {func(w *world) { w.never = "Deployment traefik/traefik" }, "ingress controller: "},
		"a refusal": {
			func(w *world) { w.refuse = "ClusterIssuer letsencrypt-staging" },
			"stage dns-and-certificates: objects: ",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			to := w.next(t, one(t, setting))
			c.spoil(w)
			w.testbed.Budgets.WorkloadReady.Timeout = 2 * time.Second // the stages before need some of it
			pruned, err := w.testbed.Change(t.Context(), to, Traefik)
			if err != nil || len(pruned) > 0 || !strings.HasPrefix(w.testbed.Stuck, c.want) {
				t.Errorf("pruned %v, stuck at %q, error %v; want stuck at %q", pruned, w.testbed.Stuck, err, c.want)
			}
		})
	}
}
