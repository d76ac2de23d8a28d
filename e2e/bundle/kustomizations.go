package bundle

import (
	"slices"
	"strings"

	kustomizev1 "github.com/fluxcd/kustomize-controller/api/v1"
)

// kustomizationKey is how stages of Flux refer to each other.
func kustomizationKey(namespace, name string) string { return "Kustomization " + key(namespace, name) }

// kustomization adds the stage of one Flux Kustomization.
func (l *load) kustomization(s *stage, o Object) error {
	spec, err := decode[kustomizev1.Kustomization](o)
	if err != nil {
		return err
	}
	child := &stage{
		Stage: Stage{Name: o.GetName(), Suspended: spec.Spec.Suspend, Keeps: !spec.Spec.Prune},
		key:   kustomizationKey(o.GetNamespace(), o.GetName()), parent: s, object: o, spec: spec,
		build: l.buildKustomization,
	}
	for _, d := range spec.Spec.DependsOn {
		ns := d.Namespace
		if ns == "" {
			ns = o.GetNamespace()
		}
		child.after = append(child.after, kustomizationKey(ns, d.Name))
	}
	l.stageOf(child)
	return nil
}

// buildKustomization builds what a Flux Kustomization points at.
func (l *load) buildKustomization(s *stage) error {
	s.DependsOn = append(s.DependsOn, s.parent.Name)
	for _, k := range s.after {
		if name := l.byKey[k].Name; !slices.Contains(s.DependsOn, name) {
			s.DependsOn = append(s.DependsOn, name)
		}
		if l.byKey[k].Suspended {
			_, name, _ := strings.Cut(k, " ")
			l.notice(Doubtful, SuspendedObject, s.object, "depends on "+name+
				", which is suspended: Flux would wait for it", "resume that Kustomization")
		}
	}
	if s.spec.Spec.KubeConfig != nil {
		return &Error{
			Problem: "spec.kubeConfig: it is meant for another cluster",
			Remedy:  "leave it out of the bundle under test",
		}
	}
	if err := l.foreign(s); err != nil {
		return err
	}
	dir, err := l.resolve(s.spec.Spec.Path, s.spec.Spec.SourceRef.Kind+" "+s.spec.Spec.SourceRef.Name)
	if err != nil {
		return err
	}
	s.Path = l.scan.name(dir)
	if s.Suspended {
		l.notice(Noted, SuspendedObject, s.object, "suspended: Flux would not apply it, so nothing of it is rendered",
			"set spec.suspend to false")
		return nil
	}
	if dir == l.dir {
		return nil // a bundle that names itself, as `flux bootstrap` writes it; its folder is the root stage
	}
	before := l.scan.charts
	l.scan.charts = nil // kustomize-controller has no helm
	defer func() { l.scan.charts = before }()
	if err := l.scan.folder(dir, 0); err != nil {
		return err
	}
	from, err := l.scan.build(dir, s.object.Unstructured)
	if err != nil {
		return err
	}
	variables, replace, err := l.variables(s)
	if err != nil {
		return err
	}
	objects, err := l.objects(from, s, variables, replace)
	if err != nil {
		return err
	}
	if m := s.spec.Spec.CommonMetadata; m != nil {
		for _, o := range objects {
			mark(o, m.Labels, m.Annotations)
		}
	}
	return l.add(s, objects)
}
