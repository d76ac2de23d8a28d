package supply

import (
	"slices"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// recipesOfTwo are recipes of two sources, the first of which has three programs in two images.
func recipesOfTwo() *Recipes {
	return &Recipes{
		Sources: map[string]*Source{"a": {Module: "example.org/a"}, "b": {Module: "example.org/b", Version: "v2.0.0"}},
		Images: []*Image{
			{Repository: "example.org/base", Binaries: map[string]string{
				"/1": "a ./cmd/one", "/2": "a ./cmd/two",
				"/3": "b .",
			}},
			{Repository: "example.org/three", Binaries: map[string]string{"/3": "a ./cmd/three", "/1": "a ./cmd/one"}},
		},
		Node: NodeRecipe{Repository: "example.org/base", Kubernetes: "v1.0.0"},
	}
}

func TestWhatOneSourceIsWantedForIsCompiledTogether(t *testing.T) {
	t.Parallel()
	recipes := recipesOfTwo()
	at := func(reference string) item {
		i, err := newItem(recipes, Need{Reference: reference})
		if err != nil {
			t.Fatal(err)
		}
		i.key = digestOf(reference)
		return i
	}
	pulled := at("example.org/three:v1.0.0")
	pulled.digest = "sha256:0"
	one := target{"a", "v1.0.0", "./cmd/one"}
	for name, c := range map[string]struct {
		images   []item
		compiled []target
		wanted   target
		want     []string
	}{
		"of the same version": {
			[]item{at("example.org/three:v1.0.0")},
			nil, one,
			[]string{"./cmd/one", "./cmd/two", "./cmd/three"},
		},
		"another version is left alone": {
			[]item{at("example.org/three:v1.0.1")},
			nil, one,
			[]string{"./cmd/one", "./cmd/two"},
		},
		"what is pulled is not wanted": {[]item{pulled}, nil, one, []string{"./cmd/one", "./cmd/two"}},
		"nothing twice": {
			[]item{at("example.org/three:v1.0.0")},
			[]target{{"a", "v1.0.0", "./cmd/two"}},
			one,
			[]string{"./cmd/one", "./cmd/three"},
		},
		"a module's own folder": {nil, nil, target{"b", "v2.0.0", "."}, []string{"."}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &work{
				Supplier: &Supplier{Cache: t.TempDir()},
				plan:     &plan{recipes: recipes, base: at("example.org/base:v1.0.0"), images: c.images},
				compiled: map[target]string{},
			}
			for _, done := range c.compiled {
				w.compiled[done] = "there"
			}
			if got, err := w.together(c.wanted); err != nil || !slices.Equal(got, c.want) {
				t.Errorf("together = %v, %v; want %v", got, err, c.want)
			}
		})
	}
}

func TestWhatWasMadeBeforeIsNotCompiled(t *testing.T) {
	t.Parallel()
	recipes := recipesOfTwo()
	base, err := newItem(recipes, Need{Reference: "example.org/base:v1.0.0"})
	if err != nil {
		t.Fatal(err)
	}
	base.key = digestOf("base")
	w := &work{Supplier: &Supplier{Cache: t.TempDir()}, plan: &plan{recipes: recipes, base: base}}
	if got, err := w.targets(&base); err != nil || len(got) != 3 {
		t.Errorf("targets before = %v, %v; want all three", got, err)
	}
	image, err := compose(v1.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.keep(&base, image); err != nil {
		t.Fatal(err)
	}
	if got, err := w.targets(&base); err != nil || len(got) != 0 {
		t.Errorf("targets after = %v, %v; want none", got, err)
	}
}
