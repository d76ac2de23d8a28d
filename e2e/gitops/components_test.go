package gitops_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/e2e/gitops"
)

const definition = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: NAME}\n"

func TestComponents(t *testing.T) {
	t.Parallel()
	modules := t.TempDir()
	var asked []string
	download := func(_ context.Context, module, version string) (string, error) {
		asked = append(asked, module+"@"+version)
		folder := filepath.Join(modules, filepath.Base(module))
		write(t, folder, "config/crd/bases/crd.yaml", strings.Replace(definition, "NAME", filepath.Base(module), 1), 0o600)
		return folder, nil
	}
	objects, err := gitops.Components(t.Context(), filepath.Join("..", "..", "fixtures", "platform", "flux"), download)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(asked)
	if want := []string{
		"github.com/fluxcd/helm-controller@v1.4.3", "github.com/fluxcd/kustomize-controller@v1.9.6",
		"github.com/fluxcd/source-controller@v1.9.6",
	}; !slices.Equal(asked, want) {
		t.Errorf("modules %v, want %v", asked, want)
	}
	count := map[string]int{}
	for _, o := range objects {
		count[o.GetKind()]++
	}
	if count["CustomResourceDefinition"] != 3 || count["Deployment"] != 3 || count["Namespace"] != 1 ||
		objects[0].GetKind() != "CustomResourceDefinition" {
		t.Errorf("components %v", count)
	}
}

func TestComponentsRefuse(t *testing.T) {
	t.Parallel()
	none := func(context.Context, string, string) (string, error) { return "", errors.New("no such module") }
	untagged, tagged, broken := t.TempDir(), t.TempDir(), t.TempDir()
	deployment := "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {template: {spec: {containers: " +
		"[{name: m, image: IMAGE}]}}}\n"
	write(t, untagged, "a.yaml", strings.Replace(deployment, "IMAGE", "registry:5000/source-controller", 1), 0o600)
	write(t, tagged, "a.yaml", strings.Replace(deployment, "IMAGE", "'source-controller:v1'", 1), 0o600)
	write(t, broken, "a.yaml", "{", 0o600)
	for folder, want := range map[string]string{
		untagged: "has no tag", tagged: "no such module", broken: "parse",
		filepath.Join(broken, "none"): "no YAML file",
	} {
		if _, err := gitops.Components(t.Context(), folder, none); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Components = %v, want an error with %q", err, want)
		}
	}
}
