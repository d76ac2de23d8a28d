package bundle

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

const rootStage = "root"

// Load reads the bundle at path, a folder, and renders all of it. The error is an *Error unless ctx ended.
func Load(ctx context.Context, path string, opts Options) (*Bundle, error) {
	dir, root, err := locate(path, opts.Root)
	if err != nil {
		return nil, err
	}
	l := &load{
		ctx: ctx, opts: opts, dir: dir,
		scan:   &scanner{fs: confine(root), base: dir, seen: map[string]bool{}},
		bundle: &Bundle{Path: dir, variables: map[string]string{}},
		byKey:  map[string]*stage{},
		ids:    map[string]Object{},
		scopes: scopes{},
	}
	if err := l.all(); err != nil {
		return nil, err
	}
	return l.bundle, nil
}

// locate resolves the bundle's folder and the folder that bounds it.
func locate(path, root string) (dir, bound string, err error) {
	refuse := func(problem string, cause error) error {
		return &Error{File: path, Problem: problem, Cure: "name the folder of a bundle: a Kustomize folder, with Flux objects or plain manifests", cause: cause}
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return "", "", refuse("no usable path", err)
	}
	dir, err = filepath.EvalSymlinks(absolute)
	if err != nil {
		return "", "", refuse("no such folder", err)
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return "", "", refuse("not a folder", err)
	}
	if root != "" {
		bound, err = filepath.Abs(root)
		if err == nil {
			bound, err = filepath.EvalSymlinks(bound)
		}
		if err != nil {
			return "", "", refuse("its root "+root+" cannot be found", err)
		}
	} else {
		bound = workTree(dir)
	}
	if !confine(bound).IsDir(dir) {
		return "", "", refuse("it lies outside of its root "+root, nil)
	}
	return dir, bound, nil
}

// workTree returns the Git work tree that dir lies in, or dir.
func workTree(dir string) string {
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, ".git")); err == nil {
			return at
		}
		if at == filepath.Dir(at) {
			return dir
		}
	}
}

// load is one load under way.
type load struct {
	ctx    context.Context // of the one call of Load
	opts   Options
	dir    string
	scan   *scanner
	bundle *Bundle
	stages []*stage
	byKey  map[string]*stage // Kustomizations by namespace/name
	ids    map[string]Object // what is already there, to find duplicates
	scopes scopes
	flux   bool // the bundle has Flux objects, so Flux's rules hold for all of it
}

func (l *load) all() error {
	if err := checkNames(l.opts.Variables); err != nil {
		return err
	}
	if err := l.kustomizations(); err != nil {
		return err
	}
	if err := l.releases(); err != nil {
		return err
	}
	if err := l.finish(); err != nil {
		return err
	}
	digest, err := l.bundle.digest()
	if err != nil {
		return err
	}
	l.bundle.Digest = digest
	return nil
}

// add checks objects and puts them where they belong: Flux's own in the bundle, the others in the stage.
func (l *load) add(s *stage, objects []Object) error {
	for _, o := range objects {
		file, name := o.Source, describe(o.Unstructured)
		if isFlux(o.Unstructured) {
			if err := checkFlux(o); err != nil {
				return where(err, file, name)
			}
		} else if err := checkKind(o); err != nil {
			return where(err, file, name)
		}
		o.Source = file + ": " + name
		if isFlux(o.Unstructured) {
			if err := l.unique(o); err != nil {
				return where(err, file, name)
			}
			l.bundle.Flux = append(l.bundle.Flux, o)
			s.flux = append(s.flux, o)
			continue
		}
		l.scopes.learn(o.Unstructured)
		s.Objects = append(s.Objects, o)
	}
	return nil
}

func (l *load) unique(o Object) error {
	gvk := o.GroupVersionKind()
	id := gvk.Group + "|" + gvk.Kind + "|" + o.GetNamespace() + "|" + o.GetName()
	if first, twice := l.ids[id]; twice {
		return &Error{Problem: "it is there twice; the first is in " + first.Source, Cure: "keep one of the two"}
	}
	l.ids[id] = o
	return nil
}

// objects turns what a build gave into objects, and substitutes variables in those that are wanted so.
func (l *load) objects(from []built, variables map[string]string, wanted func(map[string]any) bool) ([]Object, error) {
	var all []Object
	for _, b := range from {
		object := b.object
		name, _ := identify(object)
		if wanted(object) {
			var bent []string
			var err error
			object, bent, err = substitute(object, variables)
			if err != nil {
				var known *Error
				if errors.As(err, &known) {
					return nil, where(err, b.file, name)
				}
				return nil, because(err, b.file, name, "substitution", "check the values of the variables; Flux reads the substituted text as YAML")
			}
			for _, field := range bent {
				l.bundle.Notices = append(l.bundle.Notices, Notice{
					File: b.file, Object: name,
					Problem: field + " is no text after substitution: Kustomize drops the quotes around a variable, so Flux sends a boolean or number and the API server refuses it; read as text here",
					Cure:    "write ${quote} on both sides of the variable and define quote as '\"' in postBuild, or write the value itself",
				})
			}
		}
		if name, problem := identify(object); problem != "" {
			return nil, &Error{File: b.file, Object: name, Problem: problem, Cure: "give every object apiVersion, kind and metadata.name"}
		}
		u, err := toObject(object)
		if err != nil {
			return nil, because(err, b.file, name, "not an object of Kubernetes", "correct the object")
		}
		all = append(all, Object{Unstructured: u, Source: b.file})
	}
	return all, nil
}

// toObject makes the numbers of YAML into those of Kubernetes' own decoding.
func toObject(object map[string]any) (*unstructured.Unstructured, error) {
	u := &unstructured.Unstructured{Object: object}
	text, err := u.MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("write as JSON: %w", err)
	}
	fresh := &unstructured.Unstructured{}
	if err := fresh.UnmarshalJSON(text); err != nil {
		return nil, fmt.Errorf("read as JSON: %w", err)
	}
	return fresh, nil
}

// finish orders the stages, names them, and settles namespaces.
func (l *load) finish() error {
	ordered, err := l.order()
	if err != nil {
		return err
	}
	if err := l.settle(ordered); err != nil {
		return err
	}
	for _, s := range ordered {
		if s.Name == rootStage && len(s.Objects) == 0 && len(s.Releases) == 0 && len(ordered) > 1 {
			for _, other := range ordered {
				other.DependsOn = slices.DeleteFunc(other.DependsOn, func(name string) bool { return name == rootStage })
			}
			continue
		}
		l.bundle.Stages = append(l.bundle.Stages, s.Stage)
	}
	return nil
}
