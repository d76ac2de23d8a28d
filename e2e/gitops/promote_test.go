package gitops

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func TestWithObject(t *testing.T) {
	t.Parallel()
	o := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "ConfigMap"}}
	for name, row := range map[string]struct {
		file, text string
		want       []string
	}{
		"a list of resources": {
			"edge/kustomization.yaml", "resources: [a.yaml]\n", []string{"edge/edgeproof-promotion.yaml", "edge/kustomization.yaml"},
		},
		"no list": {"edge/a.yaml", "kind: ConfigMap\n", []string{"edge/edgeproof-promotion.yaml"}},
	} {
		root := t.TempDir()
		file := filepath.Join(root, filepath.FromSlash(row.file))
		if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(row.text), 0o600); err != nil {
			t.Fatal(err)
		}
		files, err := withObject(root, "./edge", o)
		if err != nil {
			t.Fatal(err)
		}
		if got := slices.Sorted(maps.Keys(files)); !slices.Equal(got, row.want) {
			t.Errorf("%s: files %q, want %q", name, got, row.want)
		}
		if list := string(files[row.file]); strings.HasSuffix(row.file, "kustomization.yaml") &&
			(!strings.Contains(list, "- a.yaml") || !strings.Contains(list, "- edgeproof-promotion.yaml")) {
			t.Errorf("%s: %s", name, list)
		}
	}
}
