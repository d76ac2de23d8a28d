package run

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/golden"

	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/kubernetes"
	"github.com/edgeproof/edgeproof/e2e/supply/gomod"
	"github.com/edgeproof/edgeproof/e2e/testbed"
)

const project = "../.."

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// reference loads the reference bundle and the applications. Charts come from Go modules: no repository is asked.
func reference(t *testing.T) (candidate, apps *bundle.Bundle) {
	t.Helper()
	catalogue, err := bundle.ReadCatalogue(os.DirFS(filepath.Join(project, "fixtures", "charts")))
	if err != nil {
		t.Fatal(err)
	}
	unplugged := &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
		return nil, errors.New("no network in this test")
	})}
	charts := &bundle.RepositoryThenModules{Modules: catalogue, Download: gomod.Download, Client: unplugged, Logf: t.Logf}
	candidate, err = bundle.Load(t.Context(), filepath.Join(project, "fixtures", "bundles", "reference"),
		bundle.Options{Charts: charts, KubeVersion: kubernetes.Default().Version})
	if err != nil {
		t.Fatal(err)
	}
	apps, err = LoadBundle(t.Context(), filepath.Join(project, "fixtures", "apps"), candidate.Variables(), t.Logf)
	if err != nil {
		t.Fatal(err)
	}
	return candidate, apps
}

// TestImagesOfTheReferenceBundle: nothing can be pulled while a run is sealed, so the list is complete or the
// run fails.
func TestImagesOfTheReferenceBundle(t *testing.T) {
	t.Parallel()
	candidate, apps := reference(t)
	needs, err := Images(t.Context(), []string{testbed.Traefik}, candidate, apps)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, n := range needs {
		if len(n.UsedBy) == 0 {
			t.Errorf("nothing needs %s", n.Reference)
		}
		lines = append(lines, n.Reference+"\n")
	}
	slices.Sort(lines)
	golden.Assert(t, strings.Join(slices.Compact(lines), ""), "images.golden.txt")
}
