package upgrade

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/golden"

	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/supply/gomod"
)

// load renders a bundle of the project. Charts come from Go modules: no repository is asked.
func load(t *testing.T, path string) *bundle.Bundle {
	t.Helper()
	catalogue, err := bundle.ReadCatalogue(os.DirFS("../../fixtures/charts"))
	if err != nil {
		t.Fatal(err)
	}
	charts := &bundle.RepositoryThenModules{
		Modules: catalogue, Download: gomod.Download, Client: unplugged(),
		Logf: t.Logf,
	}
	b, err := bundle.Load(t.Context(), path, bundle.Options{Charts: charts, KubeVersion: "v1.37.2"})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestTheProjectsPair writes down what the upgrade of the project's own pair changes in the objects.
func TestTheProjectsPair(t *testing.T) {
	t.Parallel()
	var got strings.Builder
	for _, c := range Changes(load(t, filepath.Join(bundles, "reference")),
		load(t, filepath.Join(bundles, "candidate"))) {
		fmt.Fprintf(&got, "%s: %s\n", c.Subject, c.Text)
		for _, line := range c.Evidence {
			fmt.Fprintf(&got, "    %s\n", line)
		}
	}
	golden.Assert(t, got.String(), "pair.golden.txt")
}
