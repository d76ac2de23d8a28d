package supply

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheProjectsRecipes(t *testing.T) {
	t.Parallel()
	r, err := supplier(t, Build, "").recipes()
	if err != nil {
		t.Fatal(err)
	}
	if image := r.find(r.Node.Repository); image == nil || len(image.binaries()) == 0 {
		t.Errorf("the node's base is not among the images")
	}
	for repository, own := range map[string]bool{
		"edgeproof.dev/internet": true, "docker.io/library/traefik": false, "ghcr.io/fluxcd/source-controller": false,
		"ghcr.io/fluxcd/kustomize-controller": false, "ghcr.io/fluxcd/helm-controller": false,
	} {
		if image := r.find(repository); image == nil || image.own(r) != own {
			t.Errorf("image %s: own = %t is wrong, or it has no recipe", repository, own)
		}
	}
}

func TestLoadRecipesRefuses(t *testing.T) {
	t.Parallel()
	valid := "sources: {a: {module: m}}\nnode: {repository: n, binaries: {/x: a .}}\n"
	for text, want := range map[string]string{
		valid + "images: [{repository: r, binaries: {/x: b .}}]":             "is not an absolute path and",
		valid + "images: [{repository: r, binaries: {x: a .}}]":              "is not an absolute path and",
		valid + "images: [{repository: r, base: moon, binaries: {/x: a .}}]": `base "moon" is unknown`,
		valid + "images: [{repository: r}]":                                  "no binaries",
		valid + "images: [{repository: n, binaries: {/x: a .}}]":             "named twice",
		valid + "imagez: []": "unknown field",
		valid + "images: [{repository: r, binaries: {/x: a ./cmd/x, /y: a ./x}}]": "packages ./cmd/x and ./x are both " +
			"compiled to a program x",
		"sources: {a: {}}\nnode: {repository: n, binaries: {/x: a .}}": "source a: no module",
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "recipes.yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadRecipes(dir); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("LoadRecipes = %v, want an error with %q\nfor %s", err, want, text)
		}
	}
	if _, err := LoadRecipes(t.TempDir()); err == nil || !strings.Contains(err.Error(), "read image recipes") {
		t.Errorf("LoadRecipes of an empty folder = %v, want the remedy", err)
	}
}

func TestParseMode(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]Mode{"": Auto, "auto": Auto, "pull": Pull, "build": Build} {
		if got, err := ParseMode(in); err != nil || got != want {
			t.Errorf("ParseMode(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
	if _, err := ParseMode("push"); err == nil {
		t.Error("ParseMode(push) = nil error")
	}
}
