package supply

import (
	"path/filepath"
	"slices"
	"testing"
)

func TestWhatCanBeBuiltOnLinuxOnly(t *testing.T) {
	t.Parallel()
	recipes, err := LoadRecipes(filepath.Join("..", "..", "fixtures", "images"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, image := range recipes.Images {
		if linuxOnly(recipes, image) {
			got = append(got, image.Repository)
		}
	}
	slices.Sort(got)
	if want := []string{"edgeproof.dev/node-base", "registry.k8s.io/kube-proxy"}; !slices.Equal(got, want) {
		t.Errorf("on Linux only: %q, want %q", got, want)
	}
}

func TestImagesAreBuiltForLinuxOnTheMachinesArchitecture(t *testing.T) {
	t.Parallel()
	env := (&Source{Module: "."}).goCommand(t.Context(), t.TempDir(), nil).Env
	for _, want := range []string{"GOOS=linux", "GOARCH=" + arch()} {
		if !slices.Contains(env, want) {
			t.Errorf("the build's environment lacks %s", want)
		}
	}
}
