package supply

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"golang.org/x/mod/modfile"
	"sigs.k8s.io/yaml"
)

// Recipes is fixtures/images/recipes.yaml: how images are built. See the head of that file for each field.
type Recipes struct {
	Sources map[string]*Source `json:"sources"`
	Images  []*Image           `json:"images"`
	Node    NodeRecipe         `json:"node"`

	dir string
}

// Source is a Go module that binaries are built from.
type Source struct {
	Module       string            `json:"module"`
	Version      string            `json:"version,omitempty"`
	CGO          bool              `json:"cgo,omitempty"`
	Tags         []string          `json:"tags,omitempty"`
	Debian       []string          `json:"debian,omitempty"`
	LocalReplace string            `json:"localReplace,omitempty"`
	Replace      map[string]string `json:"replace,omitempty"`
	Programs     string            `json:"programs,omitempty"`
	Stamp        map[string]string `json:"stamp,omitempty"`
}

// own reports whether the source is this project itself.
func (s *Source) own() bool { return s.Module == "." }

// folders lists what of this project goes into a build: programs, and what stands in for modules.
func (s *Source) folders() []string {
	var out []string
	if s.Programs != "" {
		out = append(out, s.Programs)
	}
	for _, module := range slices.Sorted(maps.Keys(s.Replace)) {
		if modfile.IsDirectoryPath(s.Replace[module]) {
			out = append(out, filepath.FromSlash(s.Replace[module]))
		}
	}
	return out
}

// Image describes what an image of one repository is made of.
type Image struct {
	Repository string            `json:"repository"`
	Base       string            `json:"base,omitempty"` // "" (nothing) or "rootfs"
	Binaries   map[string]string `json:"binaries"`       // path in the image -> "source package"
	Entrypoint []string          `json:"entrypoint,omitempty"`
	User       string            `json:"user,omitempty"`
}

// NodeRecipe describes what the kind node is made of.
type NodeRecipe struct {
	Repository string            `json:"repository"`
	Kubernetes string            `json:"-"` // version; a run chooses it, see package kubernetes
	Base       string            `json:"base"`
	Files      string            `json:"files"`
	Binaries   map[string]string `json:"binaries"`
}

// binary is one line of a recipe: a package of a source, and where it goes.
type binary struct {
	path, source, pkg string
}

// LoadRecipes reads recipes.yaml in dir. A recipe that names an unknown source, base or field is an error that names
// the entry.
func LoadRecipes(dir string) (*Recipes, error) {
	file := filepath.Join(dir, "recipes.yaml")
	raw, err := os.ReadFile(file) // #nosec G304 -- the project's own fixtures
	if err != nil {
		return nil, fmt.Errorf("read image recipes: %w", err)
	}
	r := &Recipes{dir: dir}
	if err := yaml.UnmarshalStrict(raw, r); err != nil {
		return nil, fmt.Errorf("read image recipes %s: %w", file, err)
	}
	// The node's base is an image like the others, found by its repository.
	r.Images = append(r.Images, &Image{Repository: r.Node.Repository, Base: r.Node.Base, Binaries: r.Node.Binaries})
	if err := r.validate(); err != nil {
		return nil, fmt.Errorf("image recipes %s: %w", file, err)
	}
	return r, nil
}

func (r *Recipes) validate() error {
	var errs []error
	seen := map[string]bool{}
	for _, image := range r.Images {
		if seen[image.Repository] {
			errs = append(errs, fmt.Errorf("image %s: named twice", image.Repository))
		}
		seen[image.Repository] = true
		if image.Base != "" && image.Base != baseRootfs {
			errs = append(errs, fmt.Errorf("image %s: base %q is unknown; use rootfs or leave it out", image.Repository,
				image.Base))
		}
		if len(image.Binaries) == 0 {
			errs = append(errs, fmt.Errorf("image %s: no binaries", image.Repository))
		}
		for at, from := range image.Binaries {
			source, _, ok := strings.Cut(from, " ")
			if !path.IsAbs(at) || !ok || r.Sources[source] == nil {
				errs = append(errs, fmt.Errorf("image %s: binary %s: %q is not an absolute path and \"source package\"",
					image.Repository, at, from))
			}
		}
	}
	for name, source := range r.Sources {
		if source.Module == "" {
			errs = append(errs, fmt.Errorf("source %s: no module", name))
		}
		programs := map[string]string{}
		for _, pkg := range r.packages(name) {
			program := programName(name, pkg)
			if other, taken := programs[program]; taken {
				errs = append(errs, fmt.Errorf("source %s: packages %s and %s are both compiled to a program %s", name, other, pkg,
					program))
			}
			programs[program] = pkg
		}
	}
	return errors.Join(errs...)
}

func (r *Recipes) find(repository string) *Image {
	for _, image := range r.Images {
		if image.Repository == repository {
			return image
		}
	}
	return nil
}

// binaries lists the recipe's lines in a stable order.
func (i *Image) binaries() []binary {
	out := make([]binary, 0, len(i.Binaries))
	for at, from := range i.Binaries {
		source, pkg, _ := strings.Cut(from, " ")
		out = append(out, binary{path: at, source: source, pkg: pkg})
	}
	sort.Slice(out, func(a, b int) bool { return out[a].path < out[b].path })
	return out
}

// own reports whether every binary comes from this project.
func (i *Image) own(r *Recipes) bool {
	for _, b := range i.binaries() {
		if !r.Sources[b.source].own() {
			return false
		}
	}
	return true
}

// packages lists all that the recipes build from a source, sorted.
func (r *Recipes) packages(source string) []string {
	var out []string
	for _, image := range r.Images {
		for _, b := range image.binaries() {
			if b.source == source {
				out = append(out, b.pkg)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
