package bundle_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/edgeproof/edgeproof/e2e/bundle"
)

// Whatever a repository holds, reading it ends soon, and what is wrong is one line.
func TestHostileRepositories(t *testing.T) {
	t.Parallel()
	bomb := "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
	for i := 1; i < 12; i++ {
		bomb += fmt.Sprintf("a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10),
			", "))
	}
	endless := small()
	endless["templates/endless.yaml"] = "{{- define \"a\" }}{{ include \"a\" . }}{{ end }}{{ include \"a\" . }}"
	for _, c := range []struct {
		name  string
		given files
		says  string
	}{
		{
			"a YAML bomb",
			files{"x.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: bomb}\n" + bomb},
			"excessive aliasing",
		},
		{"a YAML bomb in a kustomization", files{"kustomization.yaml": "resources: []\n" + bomb}, "excessive aliasing"},
		{"deep nesting", files{"x.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: deep}\ndata: " +
			strings.Repeat("[", 20000) + "\n"}, "YAML"},
		{"a huge file", files{"x.yaml": strings.Repeat("# filler\n", 1<<20)}, "the limit is"},
		{"a Kustomization of itself", files{"k.yaml": fluxOf("a", "./a", ""), "a/k.yaml": fluxOf("a", "./a", "") +
			fluxOf("b", "./a", "")}, ""},
		{"templates that include themselves", files{"x.yaml": helmOf("r", "")}, "error calling include"},
		{
			"an ApplicationSet of more Applications than there can be",
			files{"x.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: " +
				"ApplicationSet\nmetadata: {name: s, namespace: argocd}\nspec: {generators: [" +
				"{matrix: {generators: [" + strings.TrimSuffix(strings.Repeat("{list: {elements: ["+
				strings.TrimSuffix(strings.Repeat("{a: b}, ", 50), ", ")+"]}}, ", 4), ", ") +
				"]}}], template: {metadata: {name: x}}}\n"},
			"more than",
		},
		{"a ResourceSet without an end", files{"x.yaml": "apiVersion: fluxcd.controlplane.io/v1\nkind: " +
			"ResourceSet\nmetadata: {name: s, namespace: x}\nspec: {resourcesTemplate: '<< range $i := until " +
			"2000000 >>aaaaaaaaaaaaaaaaaaaa<< end >>'}\n"}, "too large"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b, err := bundle.Read(t.Context(), write(t, c.given), bundle.Options{Charts: endless})
			var texts []string
			if err != nil {
				texts = append(texts, err.Error())
			} else {
				for _, f := range b.Findings {
					texts = append(texts, f.Problem)
				}
			}
			text := strings.Join(texts, "\u0000")
			if !strings.Contains(text, c.says) || strings.Contains(text, "\n") {
				t.Errorf("got %q, want one line with %q", text, c.says)
			}
		})
	}
}

func TestALinkThatLeadsOutIsNotFollowed(t *testing.T) {
	t.Parallel()
	outside := write(t, files{"secret.yaml": configMap("x", "stolen", "{}")})
	dir := write(t, files{
		git: "", "x.yaml": configMap("x", "own", "{}"),
		"charts/small/Chart.yaml": "apiVersion: v2\nname: small\nversion: 1.0.0\n", "r.yaml": gitChart,
	})
	for _, link := range []string{"link.yaml", "charts/small/templates"} {
		target := filepath.Join(outside, "secret.yaml")
		if link != "link.yaml" {
			target = outside
		}
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	b, err := bundle.Read(t.Context(), dir, bundle.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range outline(b) {
		if strings.Contains(line, "stolen") {
			t.Errorf("%s was read", line)
		}
	}
}

// A repository of 5,000 files is read in under 10 s and 500 MiB.
func TestALargeRepository(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("writes 5,000 files")
	}
	given := files{git: ""}
	var entry strings.Builder
	for i := range 100 {
		entry.WriteString(fluxOf(fmt.Sprintf("k%d", i), fmt.Sprintf("./apps/k%d", i), ""))
		for j := range 50 {
			given[fmt.Sprintf("apps/k%d/x%d.yaml", i, j)] = configMap("x", fmt.Sprintf("c%d-%d", i, j), "{a: b}")
		}
	}
	given["clusters/prod/k.yaml"] = entry.String()
	dir := write(t, given)
	began := time.Now()
	b, err := bundle.Read(t.Context(), filepath.Join(dir, "clusters/prod"), bundle.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	t.Logf("%d objects in %s, %d MiB of heap", len(b.Objects()), time.Since(began), memory.HeapSys>>20)
	if len(b.Objects()) != 5000 {
		t.Errorf("%d objects, want 5000", len(b.Objects()))
	}
}
