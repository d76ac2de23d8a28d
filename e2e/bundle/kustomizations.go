package bundle

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	kustomizev1 "github.com/fluxcd/kustomize-controller/api/v1"
)

// stage is a Stage while it is being made.
type stage struct {
	Stage

	key    string // namespace/name of the Kustomization; "" for the root
	parent *stage
	flux   []Object
	object Object // the Kustomization
	spec   *kustomizev1.Kustomization
	after  []string // keys of Kustomizations it depends on
	done   bool
}

// kustomizations builds the bundle's folder and then every Flux Kustomization found, each after what it depends on, since a build may
// bring further Kustomizations and the ConfigMaps that later ones substitute from.
func (l *load) kustomizations() error {
	root := &stage{Stage: Stage{Name: rootStage, Path: "."}, done: true}
	l.stages = append(l.stages, root)
	if err := l.claim(); err != nil {
		return err
	}
	if err := l.scan.folder(l.dir, 0); err != nil {
		return err
	}
	l.scan.claimed = nil
	from, err := l.scan.build(l.dir, nil)
	if err != nil {
		return err
	}
	// The folder itself is under no Kustomization's postBuild. What is given from outside is for those objects that ask for it.
	objects, err := l.objects(from, l.opts.Variables, func(object map[string]any) bool { return mentions(object, l.opts.Variables) })
	if err != nil {
		return err
	}
	l.flux = slices.ContainsFunc(objects, func(o Object) bool { return isFlux(o.Unstructured) })
	if err := l.place(root, objects); err != nil {
		return err
	}
	for {
		if err := l.ctx.Err(); err != nil {
			return fmt.Errorf("load bundle %s: %w", l.dir, err)
		}
		next := l.next()
		if next == nil {
			return l.stuck()
		}
		if err := l.kustomization(next); err != nil {
			return where(err, file(next.object), describe(next.object.Unstructured))
		}
		next.done = true
	}
}

// place adds what a build gave, new Kustomizations included.
func (l *load) place(s *stage, objects []Object) error {
	before := len(s.flux)
	if err := l.add(s, objects); err != nil {
		return err
	}
	for _, o := range s.flux[before:] {
		if o.GetKind() != "Kustomization" {
			continue
		}
		spec, err := decode[kustomizev1.Kustomization](o)
		if err != nil {
			return where(err, file(o), describe(o.Unstructured))
		}
		child := &stage{
			Stage: Stage{Name: o.GetName(), Suspended: spec.Spec.Suspend, Keeps: !spec.Spec.Prune},
			key:   key(o.GetNamespace(), o.GetName()), parent: s, object: o, spec: spec,
		}
		for _, d := range spec.Spec.DependsOn {
			ns := d.Namespace
			if ns == "" {
				ns = o.GetNamespace()
			}
			child.after = append(child.after, key(ns, d.Name))
		}
		for _, other := range l.stages {
			if other.Name == child.Name {
				child.Name = child.key
			}
		}
		l.stages = append(l.stages, child)
		l.byKey[child.key] = child
	}
	return nil
}

// next returns the first Kustomization not yet built whose dependencies are.
func (l *load) next() *stage {
	for _, s := range l.stages {
		if s.done {
			continue
		}
		if !slices.ContainsFunc(s.after, func(k string) bool { return l.byKey[k] == nil || !l.byKey[k].done }) {
			return s
		}
	}
	return nil
}

// stuck explains why nothing can be built any more, if something is left.
func (l *load) stuck() error {
	var left []*stage
	for _, s := range l.stages {
		if s.done {
			continue
		}
		left = append(left, s)
		for _, k := range s.after {
			if l.byKey[k] == nil {
				return &Error{
					File: file(s.object), Object: describe(s.object.Unstructured), Problem: "dependsOn " + k + ", which the bundle does not have",
					Cure: "correct the name, or add that Kustomization; both must be in the namespace given or in this one's",
				}
			}
		}
	}
	if len(left) == 0 {
		return nil
	}
	chain := cycle(left[0].key, func(k string) []string { return l.byKey[k].after }, func(k string) bool { return !l.byKey[k].done })
	first := l.byKey[chain[0]]
	return &Error{
		File: file(first.object), Object: describe(first.object.Unstructured),
		Problem: "dependsOn goes round in a circle: " + strings.Join(chain, " -> "), Cure: "take one dependency of the circle away",
	}
}

// cycle follows edges from a node, over nodes that are still open, until one repeats. Each open node must have an open successor.
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

// kustomization builds one Flux Kustomization.
func (l *load) kustomization(s *stage) error {
	s.DependsOn = append(s.DependsOn, s.parent.Name)
	for _, k := range s.after {
		if name := l.byKey[k].Name; !slices.Contains(s.DependsOn, name) {
			s.DependsOn = append(s.DependsOn, name)
		}
		if l.byKey[k].Suspended {
			l.notice(s.object, "depends on "+k+", which is suspended: Flux would wait for it", "resume that Kustomization")
		}
	}
	if s.spec.Spec.KubeConfig != nil {
		return &Error{Problem: "spec.kubeConfig: it is meant for another cluster", Cure: "leave it out of the bundle under test"}
	}
	dir, err := l.resolve(s.spec.Spec.Path, s.spec.Spec.SourceRef.Kind+" "+s.spec.Spec.SourceRef.Name)
	if err != nil {
		return err
	}
	s.Path = l.scan.name(dir)
	if s.Suspended {
		l.notice(s.object, "suspended: Flux would not apply it, so nothing of it is rendered", "set spec.suspend to false")
		return nil
	}
	if dir == l.dir {
		return nil // a bundle that names itself, as `flux bootstrap` writes it; its folder is the root stage
	}
	if err := l.scan.folder(dir, 0); err != nil {
		return err
	}
	from, err := l.scan.build(dir, s.spec)
	if err != nil {
		return err
	}
	variables, replace, err := l.variables(s)
	if err != nil {
		return err
	}
	objects, err := l.objects(from, variables, func(map[string]any) bool { return replace })
	if err != nil {
		return err
	}
	if m := s.spec.Spec.CommonMetadata; m != nil {
		for _, o := range objects {
			mark(o, m.Labels, m.Annotations)
		}
	}
	return l.place(s, objects)
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

func (l *load) notice(o Object, problem, cure string) {
	l.bundle.Notices = append(l.bundle.Notices, Notice{file(o), describe(o.Unstructured), problem, cure})
}

// file returns the file of an object's Source.
func file(o Object) string {
	name, _, _ := strings.Cut(o.Source, ": ")
	return name
}
