package supply

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const componentMod = `module example.org/component

go 1.24

require example.org/a v1.0.0

replace (
	example.org/a => ./staging/a
	example.org/b => example.org/c v1.2.3
)
`

func TestGoModOfABuild(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		source   Source
		want     []string
		unwanted []string
	}{
		"local replaces become versions": {
			source: Source{Module: "example.org/component", LocalReplace: "v0.{minor}.{patch}"},
			want: []string{
				"example.org/a => example.org/a v0.37.2", "example.org/b => example.org/c v1.2.3",
				"module example.org/component",
			},
			unwanted: []string{"./staging"},
		},
		"local replaces are dropped": {
			source:   Source{Module: "example.org/component", LocalReplace: "drop"},
			want:     []string{"example.org/b => example.org/c v1.2.3"},
			unwanted: []string{"./staging", "example.org/a =>"},
		},
		"replaces are added": {
			source: Source{
				Module:  "example.org/component",
				Replace: map[string]string{"gone.example/x": "example.org/x@v0.0.1"},
			},
			want: []string{"gone.example/x => example.org/x v0.0.1"},
		},
		"one version is replaced": {
			source: Source{
				Module:  "example.org/component",
				Replace: map[string]string{"example.org/x@v1.0.0": "example.org/x@v1.0.1"},
			},
			want: []string{"example.org/x v1.0.0 => example.org/x v1.0.1"},
		},
		"a folder stands in for a module": {
			source: Source{
				Module: "example.org/component", LocalReplace: "drop",
				Replace: map[string]string{"example.org/a": "./stand-in"},
			},
			want:     []string{"example.org/a => /", "/recipes/stand-in"},
			unwanted: []string{"./staging"},
		},
		"programs require the component": {
			source: Source{Module: "example.org/component", Programs: "programs"},
			want:   []string{"module example.org/component/programs", "example.org/component v1.37.2"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			put(t, filepath.Join(dir, "go.mod"), componentMod)
			put(t, filepath.Join(dir, "go.sum"), "example.org/a v1.0.0 h1:x\n")
			put(t, filepath.Join(dir, "recipes", "programs", "go.mod"), "module example.org/component/programs\n")
			to := filepath.Join(dir, "work", "go.mod")
			put(t, to, "")
			if err := c.source.writeModFile(dir, to, "v1.37.2", filepath.Join(dir, "recipes")); err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(to)
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range c.want {
				if !strings.Contains(string(got), want) {
					t.Errorf("go.mod lacks %q:\n%s", want, got)
				}
			}
			for _, unwanted := range c.unwanted {
				if strings.Contains(string(got), unwanted) {
					t.Errorf("go.mod still has %q:\n%s", unwanted, got)
				}
			}
			if sums, err := os.ReadFile(filepath.Join(dir, "work", "go.sum")); err != nil ||
				!strings.Contains(string(sums), "h1:x") {
				t.Errorf("go.sum = %q, %v; want the component's", sums, err)
			}
		})
	}
}

func TestLinkerFlags(t *testing.T) {
	t.Parallel()
	s := Source{Stamp: map[string]string{"v.Minor": "{minor}", "v.Version": "{version}"}}
	if got, want := s.linkerFlags("v1.37.2"), "-X v.Minor=37 -X v.Version=v1.37.2 -s -w"; got != want {
		t.Errorf("linkerFlags = %q, want %q", got, want)
	}
}

func TestBuildOfThisProject(t *testing.T) {
	t.Parallel()
	s := supplier(t, Build, "")
	recipes, err := s.recipes()
	if err != nil {
		t.Fatal(err)
	}
	g, to := &goBuilder{source: s.source, dir: t.TempDir(), recipes: recipes}, filepath.Join(t.TempDir(), "bin")
	if err := g.build(t.Context(), "edgeproof", "dev", []string{"./fixtures/images/pause"}, to); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(filepath.Join(to, "pause")); err != nil || info.Mode()&0o111 == 0 {
		t.Errorf("pause: %v, %v; want a program", info, err)
	}
	if err := g.build(t.Context(), "edgeproof", "dev", []string{"./fixtures/none", "./fixtures/nothing"},
		to); err == nil || !strings.Contains(err.Error(), "build ./fixtures/none ./fixtures/nothing of .@dev") {
		t.Errorf("build of what is not there = %v", err)
	}
}

func TestASourceIsFetchedOnce(t *testing.T) {
	t.Parallel()
	g := &goBuilder{dir: t.TempDir(), recipes: &Recipes{Sources: map[string]*Source{
		"a": {Module: "-no-module"},
		"b": {Module: "-no-module"},
	}}}
	errs := map[string]error{}
	for _, source := range []string{"a", "a", "b"} {
		_, err := g.prepare(t.Context(), source, "v1.0.0")
		if err == nil {
			t.Errorf("prepare(%s) = %v", source, err)
		}
		if errs[source] != nil && errs[source] != err { //nolint:errorlint // the very same, not one like it
			t.Errorf("prepare(%s) looked twice", source)
		}
		errs[source] = err
	}
}

func put(t *testing.T, at, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(at), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(at, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
