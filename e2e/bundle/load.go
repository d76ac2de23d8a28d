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

// Load reads the bundle at path, a folder, and renders all of it. It refuses a bundle of which a part cannot be
// rendered. The error is an *Error unless ctx ended.
func Load(ctx context.Context, path string, opts Options) (*Bundle, error) {
	b, err := Read(ctx, path, opts)
	if err != nil {
		return nil, err
	}
	if err := b.refusal(); err != nil {
		return nil, err
	}
	return b, nil
}

// Read reads the bundle at path and renders what can be rendered. What cannot is a finding, and the rest is read
// without it. The error is an *Error unless ctx ended, and is about the bundle as a whole.
func Read(ctx context.Context, path string, opts Options) (*Bundle, error) {
	dir, root, err := locate(path, opts.Root)
	if err != nil {
		return nil, err
	}
	if dir, err = cluster(dir, root, confine(root)); err != nil {
		return nil, err
	}
	l := &load{
		ctx: ctx, opts: opts, dir: dir, root: root,
		bundle: &Bundle{Path: dir, Root: root, variables: map[string]string{}},
		byKey:  map[string]*stage{},
		ids:    map[string]Object{},
		scopes: scopes{},
		lines:  newLines(),
	}
	l.scan = &scanner{
		fs: confine(root), base: dir, seen: map[string]bool{}, keep: l.keep, charts: l.helmCharts,
		generated: l.generated,
	}
	if err := l.scan.fs.ignore(""); err != nil {
		return nil, because(err, "", "", "", "correct the file")
	}
	if err := l.all(); err != nil { //nolint:contextcheck // Helm's renderer takes none
		return nil, err
	}
	return l.bundle, nil
}

// locate resolves the bundle's folder and the folder that bounds it.
func locate(path, root string) (dir, bound string, err error) {
	refuse := func(problem string, cause error) error {
		return &Error{File: path, Problem: problem, Remedy: "name the folder of a bundle: a Kustomize folder, with Flux " +
			"objects or plain manifests", cause: cause}
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

// load is one load under way.
type load struct {
	ctx      context.Context // of the one call of Read
	opts     Options
	dir      string
	root     string // of the source
	scan     *scanner
	bundle   *Bundle
	stages   []*stage
	byKey    map[string]*stage // those that an engine's objects make, by kind and namespace/name
	releases []*release
	ids      map[string]Object // what is already there, to find duplicates
	scopes   scopes
	lines    *lines
	flux     bool   // the bundle has Flux objects, so Flux's rules hold for all of it
	at       *stage // whose folder is being built
	building bool   // folders are being built, so what is found is about the stage at
	argo     bool   // the bundle has objects of Argo CD
}

func (l *load) all() error {
	if err := checkNames(l.opts.Variables); err != nil {
		return err
	}
	l.building = true
	if err := l.folders(); err != nil {
		return err
	}
	l.building = false
	if err := l.charts(); err != nil {
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
	l.complete()
	l.valueless()
	l.locate()
	return nil
}

// add checks objects and puts them where they belong: what an engine reads goes to its Renderer, what is encrypted
// aside, and the others into the stage.
func (l *load) add(s *stage, objects []Object) error {
	for _, o := range objects {
		file, name := o.Source, describe(o.Unstructured)
		o.Source = file + ": " + name
		if encrypted(o.Object) {
			l.aside(o, "it is encrypted, and no key is at hand")
			continue
		}
		if engine := l.renderer(o.Unstructured); engine != nil {
			l.bundle.Flux = append(l.bundle.Flux, o)
			if err := l.keep(engine.place(l, s, o), file, name); err != nil {
				return err
			}
			continue
		}
		if err := l.keep(checkKind(o), file, name); err != nil {
			return err
		}
		l.scopes.learn(o.Unstructured)
		s.Objects = append(s.Objects, o)
	}
	return nil
}

// objects turns what a build gave into objects, and substitutes variables.
func (l *load) objects(from []built, s *stage, variables map[string]string, replace bool) ([]Object, error) {
	var all []Object
	for _, b := range from {
		o, err := l.object(b, s, variables, replace)
		if err != nil {
			if err := l.keep(err, b.file, label(b)); err != nil {
				return nil, err
			}
			continue
		}
		if !o.IsList() {
			all = append(all, o)
			continue
		}
		list, err := o.ToList()
		if err != nil {
			if err := l.keep(because(err, "", "", "not a list", "correct the list"), b.file, label(b)); err != nil {
				return nil, err
			}
			continue
		}
		for i := range list.Items {
			all = append(all, Object{Unstructured: &list.Items[i], Source: o.Source})
		}
	}
	return all, nil
}

func label(b built) string {
	object, err := b.object()
	if err != nil {
		return ""
	}
	text, _ := identify(object)
	return text
}

func (l *load) object(b built, s *stage, variables map[string]string, replace bool) (Object, error) {
	object, err := b.object()
	if err != nil {
		return Object{}, because(err, "", "", "", "correct the object")
	}
	name, _ := identify(object)
	if !replace && s.object.Unstructured == nil {
		replace = l.ungoverned(b, object)
	}
	if replace && !encrypted(object) {
		bent, err := substitute(l.ctx, b.Resource, variables, l.missing(b, s, object))
		if err != nil {
			var known *Error
			if errors.As(err, &known) {
				return Object{}, err
			}
			return Object{}, because(err, "", "", "substitution", "check the values of the variables; Flux reads the "+
				"substituted text as YAML")
		}
		for _, field := range bent {
			l.report(Finding{
				Severity: Wrong, Rule: VariableBent, File: b.file, Object: name,
				Problem: field + " is no text after substitution: Kustomize drops the quotes around a variable, so Flux sends a " +
					"boolean or number " +
					"and the API server refuses it; read as text here",
				Remedy: "write ${quote} on both sides of the variable and define quote as '\"' in postBuild, or write the value " +
					"itself",
			})
		}
		if object, err = b.object(); err != nil {
			return Object{}, because(err, "", "", "", "correct the object")
		}
	}
	if _, problem := identify(object); problem != "" {
		return Object{}, &Error{Problem: problem, Remedy: "give every object apiVersion, kind and metadata.name"}
	}
	u, err := toObject(object)
	if err != nil {
		return Object{}, because(err, "", "", "not an object of Kubernetes", "correct the object")
	}
	return Object{Unstructured: u, Source: b.file}, nil
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
