package bundle

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	kustomizev1 "github.com/fluxcd/kustomize-controller/api/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// stage is a Stage while it is being made.
type stage struct {
	Stage

	key       string // of the object that makes it, by kind; "" for the root
	parent    *stage
	object    Object
	spec      *kustomizev1.Kustomization // of a stage of Flux
	after     []string                   // keys of stages it depends on
	build     func(*stage) error
	namespace string   // of objects that name none
	unset     []string // sources of variables that the bundle does not have
	done      bool
}

// folders builds the bundle's folder and then every stage that is found, each after what it depends on, since a build
// may bring further stages and the ConfigMaps that later ones substitute from.
func (l *load) folders() error {
	root := &stage{Stage: Stage{Name: rootStage, Path: "."}, done: true}
	l.stages = append(l.stages, root)
	l.at = root
	if err := l.entry(root); err != nil {
		return err
	}
	for {
		if err := l.ctx.Err(); err != nil {
			return fmt.Errorf("load bundle %s: %w", l.dir, err)
		}
		next := l.next()
		if next == nil {
			if progress, err := l.stuck(); err != nil || !progress {
				return err
			}
			continue
		}
		next.done = true
		l.at = next
		if err := l.keep(next.build(next), file(next.object), describe(next.object.Unstructured)); err != nil {
			return err
		}
	}
}

// entry builds the bundle's own folder.
func (l *load) entry(root *stage) error {
	if err := l.claim(); err != nil {
		return err
	}
	l.scan.chart, l.scan.lenient = l.chartFolder, l.passedOver
	if err := l.scan.folder(l.dir, 0); err != nil {
		return err
	}
	l.scan.claimed, l.scan.chart, l.scan.lenient = nil, nil, nil
	from, err := l.scan.build(l.dir, nil)
	if err != nil {
		return err
	}
	for _, b := range from {
		l.flux = l.flux || isFlux(b.GetGvk().Group)
	}
	objects, err := l.objects(from, root, l.opts.Variables, false)
	if err != nil {
		return err
	}
	return l.add(root, objects)
}

// stageOf adds a stage that an object makes.
func (l *load) stageOf(s *stage) {
	for _, other := range l.stages {
		if other.Name == s.Name {
			_, s.Name, _ = strings.Cut(s.key, " ")
		}
	}
	l.stages = append(l.stages, s)
	l.byKey[s.key] = s
}

// next returns the first stage not yet built whose dependencies are.
func (l *load) next() *stage {
	for _, s := range l.stages {
		if !s.done && !slices.ContainsFunc(s.after, func(k string) bool { return l.byKey[k] == nil || !l.byKey[k].done }) {
			return s
		}
	}
	return nil
}

// stuck explains why nothing can be built any more, if something is left, and takes away what is in the way.
func (l *load) stuck() (progress bool, err error) {
	var first *stage
	for _, s := range l.stages {
		if s.done {
			continue
		}
		if first == nil {
			first = s
		}
		missing := func(k string) bool { return l.byKey[k] == nil }
		if !slices.ContainsFunc(s.after, missing) {
			continue
		}
		for _, k := range s.after {
			if l.byKey[k] == nil {
				_, name, _ := strings.Cut(k, " ")
				refused := &Error{
					Problem: "dependsOn " + name + ", which the bundle does not have",
					Remedy:  "correct the name, or add that Kustomization; both must be in the namespace given or in this one's",
				}
				if err := l.keep(refused, file(s.object), describe(s.object.Unstructured)); err != nil {
					return false, err
				}
			}
		}
		s.after = slices.DeleteFunc(s.after, missing)
		return true, nil
	}
	if first == nil {
		return false, nil
	}
	chain := cycle(first.key, func(k string) []string { return l.byKey[k].after },
		func(k string) bool { return !l.byKey[k].done })
	at := l.byKey[chain[0]]
	names := make([]string, len(chain))
	for i, k := range chain {
		_, names[i], _ = strings.Cut(k, " ")
	}
	refused := &Error{
		Problem: "dependsOn goes round in a circle: " + strings.Join(names, " -> "),
		Remedy:  "take one dependency of the circle away",
	}
	at.after = nil
	return true, l.keep(refused, file(at.object), describe(at.object.Unstructured))
}

// cycle follows edges from a node, over nodes that are still open, until one repeats. Each open node must have an open
// successor.
func cycle(from string, edges func(string) []string, open func(string) bool) []string {
	var path []string
	for at := from; ; {
		if i := slices.Index(path, at); i >= 0 {
			return append(path[i:], at)
		}
		path = append(path, at)
		next := slices.IndexFunc(edges(at), open)
		if next < 0 {
			return path
		}
		at = edges(at)[next]
	}
}

// mark sets labels and annotations, over those of the same name.
func mark(o Object, labels, annotations map[string]string) {
	merge := func(own, more map[string]string) map[string]string {
		merged := maps.Clone(own)
		if merged == nil {
			merged = map[string]string{}
		}
		maps.Copy(merged, more)
		return merged
	}
	if len(labels) > 0 {
		o.SetLabels(merge(o.GetLabels(), labels))
	}
	if len(annotations) > 0 {
		o.SetAnnotations(merge(o.GetAnnotations(), annotations))
	}
}

// file returns the file of an object's Source.
func file(o Object) string {
	name, _, _ := strings.Cut(o.Source, ": ")
	return name
}

// chartFolder adds the release of a chart's folder, as the generators of the field do: by the folder's name, in a
// namespace of that name.
func (l *load) chartFolder(dir string) {
	name := filepath.Base(dir)
	o := Object{Unstructured: &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v2", "kind": "Chart", "metadata": map[string]any{"name": name, "namespace": name},
	}}, Source: l.scan.name(filepath.Join(dir, "Chart.yaml")) + ": Chart " + name + "/" + name}
	l.notice(Noted, EngineObject, o, "a chart, and nothing here says how it is installed: it is read as release "+name+
		" in namespace "+name,
		"name the folder of the Application or HelmRelease that installs it")
	l.releases = append(l.releases, &release{
		stage: l.stages[0], object: o, values: map[string]any{}, title: name, spec: synthetic(name, name, true),
		chart: func() (*Chart, error) { return l.localChart(dir) },
	})
}

// passedOver reports a file of the bundle's own folder that holds no object.
func (l *load) passedOver(file string) {
	l.report(Finding{
		Severity: Noted, Rule: Unreadable, File: l.scan.name(file), Problem: "no object of Kubernetes: passed over",
		Remedy: "none is needed under Argo CD; under Flux, list the files in a kustomization.yaml, or name this one in " +
			".sourceignore",
	})
}
