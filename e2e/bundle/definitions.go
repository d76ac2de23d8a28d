package bundle

import (
	"slices"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// definitions adds to after the stages whose CRDs a stage needs, and gives notice where the bundle leaves that to
// chance.
func (l *load) definitions(after map[string][]string) map[string][]string {
	type definition struct {
		stage string
		crd   Object
	}
	defined := map[schema.GroupKind]definition{}
	for _, s := range l.stages {
		for _, o := range s.Objects {
			if kind, ok := defines(o.Unstructured); ok {
				defined[kind] = definition{s.Name, o}
			}
		}
	}
	needs := map[string][]string{}
	for _, s := range l.stages {
		needs[s.Name] = slices.Clone(after[s.Name])
		reported := map[string]bool{}
		for _, o := range s.Objects {
			from, ok := defined[o.GroupVersionKind().GroupKind()]
			if !ok || o.Release != "" || reported[from.crd.Source] {
				continue
			}
			reported[from.crd.Source] = true
			switch {
			case from.stage != s.Name && !reaches(after, s.Name, from.stage):
				needs[s.Name] = append(needs[s.Name], from.stage)
				l.notice(Doubtful, DefinitionOrder, o, "its CRD comes with "+from.crd.Source+", which nothing makes Flux wait for",
					"let the Kustomization of "+s.Name+" depend on that of "+from.stage)
			case from.stage == s.Name && from.crd.Release != "":
				l.notice(Doubtful, DefinitionOrder, o, "its CRD comes with "+from.crd.Source+" of the same Kustomization: on a "+
					"new cluster Flux cannot check the object, and so never gets to the release",
					"move one of them into a Kustomization of its own")
			}
		}
	}
	return needs
}

// reaches reports whether one stage comes after another by declaration.
func reaches(after map[string][]string, from, to string) bool {
	seen := map[string]bool{}
	var visit func(string) bool
	visit = func(name string) bool {
		if name == to {
			return true
		}
		if seen[name] {
			return false
		}
		seen[name] = true
		return slices.ContainsFunc(after[name], visit)
	}
	return visit(from)
}
