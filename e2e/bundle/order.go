package bundle

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/equality"
)

// order sorts the stages: each after those it depends on and after those whose releases its own releases depend on,
// otherwise as found. A stage that needs a CRD of another goes after it too, where that makes no circle: Flux would
// try again until the CRD is there.
func (l *load) order() ([]*stage, error) {
	home := map[string]string{} // HelmRelease to stage
	for _, s := range l.stages {
		for _, r := range s.Releases {
			home[r.HelmRelease] = s.Name
		}
	}
	after := map[string][]string{}
	for _, s := range l.stages {
		after[s.Name] = slices.Clone(s.DependsOn)
		for _, r := range s.Releases {
			for _, k := range r.DependsOn {
				if name := home[k]; name != s.Name {
					after[s.Name] = append(after[s.Name], name)
				}
			}
		}
	}
	needs := l.definitions(after)
	if ordered, stuck := sortStages(l.stages, needs); len(stuck) == 0 {
		return ordered, nil
	}
	ordered, stuck := sortStages(l.stages, after)
	if len(stuck) == 0 {
		return ordered, nil
	}
	refused := &Error{
		Problem: "Kustomizations and the HelmReleases in them wait for each other: " + strings.Join(stuck, " -> "),
		Remedy:  "take one dependsOn of the circle away",
	}
	return l.stages, l.keep(refused, "", "")
}

// sortStages sorts by name of what comes before, or returns a circle that makes it impossible.
func sortStages(stages []*stage, after map[string][]string) (ordered []*stage, stuck []string) {
	placed := map[string]bool{}
	open := func(name string) bool { return !placed[name] }
	for len(ordered) < len(stages) {
		at := slices.IndexFunc(stages, func(s *stage) bool {
			return open(s.Name) &&
				!slices.ContainsFunc(after[s.Name], open)
		})
		if at < 0 {
			first := slices.IndexFunc(stages, func(s *stage) bool { return open(s.Name) })
			return nil, cycle(stages[first].Name, func(name string) []string { return after[name] }, open)
		}
		placed[stages[at].Name] = true
		ordered = append(ordered, stages[at])
	}
	return ordered, nil
}

// settle gives every object its namespace, now that all CRDs are known, and looks at what is there twice.
func (l *load) settle(stages []*stage) error {
	for _, s := range stages {
		for _, o := range s.Objects {
			if o.Release != "" {
				continue
			}
			yes, known := l.scopes.namespaced(o.GroupVersionKind().GroupKind())
			if known && !yes {
				o.SetNamespace("")
			}
			if !yes || o.GetNamespace() != "" {
				continue
			}
			switch {
			case s.namespace != "":
				o.SetNamespace(s.namespace)
			case !known:
			case l.flux:
				refused := &Error{
					Problem: "no namespace, and Flux has no default",
					Remedy: "set metadata.namespace, or namespace in the kustomization, or spec.targetNamespace in the Flux " +
						"Kustomization",
				}
				if err := l.keep(refused, file(o), describe(o.Unstructured)); err != nil {
					return err
				}
			default:
				o.SetNamespace("default")
			}
		}
		s.Objects = slices.DeleteFunc(s.Objects, func(o Object) bool { return l.twice(o) })
	}
	return nil
}

// twice reports whether an object is there already, just the same. Two stages may apply one object: the API server
// merges what they send, and where they differ the last one wins. Helm takes nothing over that another release or a
// plain manifest made.
func (l *load) twice(o Object) bool {
	first, twice := l.ids[identity(o)]
	if !twice {
		l.ids[identity(o)] = o
		return false
	}
	if equality.Semantic.DeepEqual(first.Object, o.Object) && (o.Release == "" || first.Release == o.Release) {
		return true
	}
	switch kind := o.GetKind(); {
	case kind == "Namespace", kind == "CustomResourceDefinition":
	case o.Release != "" && o.Release != first.Release && !o.takesOver:
		l.notice(Wrong, AppliedTwice, o, "release "+o.Release+" brings what "+first.Source+
			" brings already: Helm refuses to take it over",
			"keep one of the two, or set takeOwnership")
	default:
		l.notice(Noted, AppliedTwice, o, "it is there twice; the first is in "+first.Source+
			": the last one that is applied wins", "keep one of the two")
	}
	return false
}
