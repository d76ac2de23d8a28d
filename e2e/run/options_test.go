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

// own is the folder of the program's own fixtures.
func own(t *testing.T) string {
	t.Helper()
	dir, err := builtIn()
	if err != nil {
		t.Fatal(err)
	}
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
	root, own := t.TempDir(), own(t)
	o := Options{Dir: root}
	if err := o.complete(); err != nil {
		t.Fatal(err)
	}
	if o.Seed == 0 {
		t.Error("no seed was chosen: the order of the faults could not be repeated")
	}
	want := Options{
		Seed: o.Seed, Dir: root, Bundle: own + "/bundles/reference", Apps: own + "/apps", Artifacts: root +
			"/_artifacts", Keep: KeepOnFailure,
		Catalogue: verdict.Smoke, Traefik: testbed.Traefik, CandidateTraefik: testbed.Traefik, Clusters: 1,
		Engine: "rendered",
	}
	if diff := cmp.Diff(want, o); diff != "" {
		t.Errorf("defaults (-want +got):\n%s", diff)
	}
	if got := o.workDir(); got != root+"/_work" {
		t.Errorf("the work folder is %s", got)
	}
}

func TestCompleteKeepsGivenOptions(t *testing.T) {
	t.Parallel()
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	o := Options{
		Dir: t.TempDir(), Bundle: "edge", Apps: "/apps", Artifacts: "../out", Keep: KeepNever, Cluster: "c",
		Focus: "f", Labels: "l", Catalogue: verdict.Full, Traefik: "v3.7.5", CandidateTraefik: "v3.7.6", Clusters: 2,
		Seed: 7, Engine: "flux",
	}
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
	own := own(t)
	o := Options{}
	if err := o.OwnPair(); err != nil {
		t.Fatal(err)
	}
	want := Options{Bundle: own + "/bundles/reference", Candidate: own + "/bundles/candidate", CandidateTraefik: "v3.7.5"}
	if diff := cmp.Diff(want, o); diff != "" {
		t.Errorf("the project's own pair (-want +got):\n%s", diff)
	}
	given := Options{Bundle: "a", Candidate: "b"}
	kept := given
	if err := kept.OwnPair(); err != nil || !cmp.Equal(kept, given) {
		t.Errorf("a pair that was given: %+v, %v", kept, err)
	}
	half := Options{Candidate: "b"}
	if said := message(half.OwnPair()); !strings.Contains(said, "give both, or neither") {
		t.Errorf("half a pair: %q", said)
	}
}

func TestCompleteRefuses(t *testing.T) {
	t.Parallel()
	for _, keep := range []Keep{KeepAlways, KeepOnFailure, KeepNever} {
		o := Options{Keep: keep}
		if err := o.complete(); err != nil || o.Keep != keep {
			t.Errorf("--keep %s becomes %s, %v", keep, o.Keep, err)
		}
	}
	unknown := Options{Keep: "sometimes"}
	if said := message(unknown.complete()); said != "--keep sometimes is unknown; use always, on-failure or never" {
		t.Errorf("an unknown --keep: %q", said)
	}
	many := Options{Catalogue: "most"}
	if said := message(many.complete()); said != "--catalogue most is unknown; use smoke or full" {
		t.Errorf("an unknown catalogue: %q", said)
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func TestTheKubernetesToRunOn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ kubernetes, node, want string }{
		{"", "", "1.37"},
		{"1.35", "", "1.35"},
		{"", "kindest/node:v1.36.4@sha256:1", "1.36"},
		{"1.36", "kindest/node:v1.36.4", "1.36"},
		{"1.36", "localhost:5000/node", "1.36"},
		{"1.35", "kindest/node:v1.36.4", "--node-image kindest/node:v1.36.4 is of Kubernetes 1.36, and --kubernetes is " +
			"1.35; give one of them"},
		{"1.20", "", "--kubernetes 1.20: \"1.20\" is no Kubernetes that the suite runs on; give 1.37, 1.36, 1.35, 1.34"},
		{"", "kindest/node:v1.20.0", "--node-image kindest/node:v1.20.0: node image has Kubernetes v1.20.0"},
	} {
		o := Options{Kubernetes: c.kubernetes, Node: c.node}
		got := message(o.complete())
		if got == "" {
			got = o.minor().Name()
		}
		if !strings.Contains(got, c.want) {
			t.Errorf("KUBERNETES=%s NODE=%s: %s, want %s", c.kubernetes, c.node, got, c.want)
		}
	}
}
