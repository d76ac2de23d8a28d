package run

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edgeproof/edgeproof/e2e/testbed"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// checkout is a folder that passes for a checkout of this project.
func checkout(t *testing.T) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "go.mod"), module+"\ngo 1.26\n")
	return dir
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestCompleteFillsInDefaults(t *testing.T) {
	t.Parallel()
	root := checkout(t)
	o := Options{Root: root}
	if err := o.complete(); err != nil {
		t.Fatal(err)
	}
	if o.Seed == 0 {
		t.Error("no seed was chosen: nobody could repeat the order of the faults")
	}
	want := Options{
		Seed: o.Seed, Root: root, Bundle: root + "/fixtures/bundles/reference", Apps: root + "/fixtures/apps", Artifacts: root + "/_artifacts", Keep: KeepOnFailure,
		Catalogue: verdict.Smoke, Traefik: testbed.Traefik, CandidateTraefik: testbed.Traefik, Clusters: 1,
	}
	if diff := cmp.Diff(want, o); diff != "" {
		t.Errorf("defaults (-want +got):\n%s", diff)
	}
	if got := o.workDir(); got != root+"/_work" {
		t.Errorf("the work folder is %s", got)
	}
}

func TestCompleteKeepsWhatIsSaid(t *testing.T) {
	t.Parallel()
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Root: filepath.Join(checkout(t)), Bundle: "edge", Apps: "/apps", Artifacts: "../out", Keep: KeepNever, Cluster: "c", Focus: "f", Labels: "l", Catalogue: verdict.Full, Traefik: "v3.7.5", CandidateTraefik: "v3.7.6", Clusters: 2, Seed: 7}
	want := o
	want.Shard = verdict.Shard{Index: 1, Of: 2}
	want.Bundle, want.Artifacts = filepath.Join(here, "edge"), filepath.Join(filepath.Dir(here), "out")
	if err := o.complete(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, o); diff != "" {
		t.Errorf("options (-want +got):\n%s", diff)
	}
}

func TestOwnPair(t *testing.T) {
	t.Parallel()
	root := checkout(t)
	o := Options{Root: root}
	if err := o.OwnPair(); err != nil {
		t.Fatal(err)
	}
	want := Options{Root: root, Bundle: root + "/fixtures/bundles/reference", Candidate: root + "/fixtures/bundles/candidate", CandidateTraefik: "v3.7.5"}
	if diff := cmp.Diff(want, o); diff != "" {
		t.Errorf("the project's own pair (-want +got):\n%s", diff)
	}
	given := Options{Root: root, Bundle: "a", Candidate: "b"}
	kept := given
	if err := kept.OwnPair(); err != nil || kept != given {
		t.Errorf("a pair that was given: %+v, %v", kept, err)
	}
	half := Options{Root: root, Candidate: "b"}
	if said := message(half.OwnPair()); !strings.Contains(said, "give both, or neither") {
		t.Errorf("half a pair: %q", said)
	}
}

func TestCompleteRefuses(t *testing.T) {
	t.Parallel()
	for _, keep := range []Keep{KeepAlways, KeepOnFailure, KeepNever} {
		o := Options{Root: checkout(t), Keep: keep}
		if err := o.complete(); err != nil || o.Keep != keep {
			t.Errorf("KEEP=%s becomes %s, %v", keep, o.Keep, err)
		}
	}
	unknown := Options{Root: checkout(t), Keep: "sometimes"}
	if said := message(unknown.complete()); said != "KEEP=sometimes is unknown; use always, on-failure or never" {
		t.Errorf("an unknown KEEP: %q", said)
	}
	many := Options{Root: checkout(t), Catalogue: "most"}
	if said := message(many.complete()); said != "catalogue most is unknown; use smoke or full" {
		t.Errorf("an unknown catalogue: %q", said)
	}
	outside := Options{Root: t.TempDir()}
	if said := message(outside.complete()); !strings.Contains(said, "no go.mod of edgeproof here or above") || !strings.Contains(said, "give --root") {
		t.Errorf("outside a checkout: %q", said)
	}
}

func TestFindRoot(t *testing.T) {
	t.Parallel()
	root := checkout(t)
	write(t, filepath.Join(root, "fixtures", "images", "cert-manager", "go.mod"), "module github.com/cert-manager/cert-manager/edgeproof\n")
	write(t, filepath.Join(root, "fixtures", "fork", "go.mod"), "module github.com/edgeproof/edgeproof-fork\n")
	for name, from := range map[string]string{
		"the checkout":            root,
		"a module inside":         filepath.Join(root, "fixtures", "images", "cert-manager"),
		"one with a similar name": filepath.Join(root, "fixtures", "fork"),
		"what does not exist yet": filepath.Join(root, "e2e", "none"),
	} {
		if got, err := findRoot(from); err != nil || got != root {
			t.Errorf("from %s: %q, %v, want %q", name, got, err, root)
		}
	}
	elsewhere := t.TempDir()
	write(t, filepath.Join(elsewhere, "go.mod"), "module example.org/other\n")
	if got, err := findRoot(elsewhere); err == nil {
		t.Errorf("another project is taken for ours: %s", got)
	}
	here, err := findRoot("")
	if err != nil || !exists(filepath.Join(here, "fixtures", "bundles", "reference")) {
		t.Errorf("from here: %q, %v", here, err)
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
