package bundle

import (
	"slices"
	"strings"
)

// order sorts the stages: each after those it depends on and after those whose releases its own releases depend on, otherwise as found.
// A stage that needs a CRD of another goes after it too, where that makes no circle: Flux would try again until the CRD is there.
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
	return nil, &Error{
		Problem: "Kustomizations and the HelmReleases in them wait for each other: " + strings.Join(stuck, " -> "),
		Cure:    "take one dependsOn of the circle away",
	}
}

// sortStages sorts by name of what comes before, or returns a circle that makes it impossible.
func sortStages(stages []*stage, after map[string][]string) (ordered []*stage, stuck []string) {
	placed := map[string]bool{}
	open := func(name string) bool { return !placed[name] }
	for len(ordered) < len(stages) {
		at := slices.IndexFunc(stages, func(s *stage) bool { return open(s.Name) && !slices.ContainsFunc(after[s.Name], open) })
		if at < 0 {
			first := slices.IndexFunc(stages, func(s *stage) bool { return open(s.Name) })
			return nil, cycle(stages[first].Name, func(name string) []string { return after[name] }, open)
		}
		placed[stages[at].Name] = true
		ordered = append(ordered, stages[at])
	}
	return ordered, nil
}

// settle gives every object its namespace, now that all CRDs are known, and refuses what is there twice.
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
			if !known || !yes || o.GetNamespace() != "" {
				continue
			}
			if l.flux {
				return &Error{
					File: file(o), Object: describe(o.Unstructured), Problem: "no namespace, and Flux has no default",
					Cure: "set metadata.namespace, or namespace in the kustomization, or spec.targetNamespace in the Flux Kustomization",
				}
			}
			o.SetNamespace("default")
		}
		for _, o := range s.Objects {
			if err := l.unique(o); err != nil {
				return where(err, file(o), describe(o.Unstructured))
			}
		}
	}
	return nil
}
