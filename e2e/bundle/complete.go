package bundle

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// complete looks at what a cluster would miss: kinds that nothing defines, and namespaces that nothing makes. It is
// known in a second here, and after a minute on a cluster.
func (l *load) complete() {
	l.undefined()
	for _, ns := range l.bundle.Namespaces() {
		if ns.Source != "" || ns.Flux {
			continue
		}
		o, ok := l.firstIn(ns.Name)
		if !ok {
			continue
		}
		l.report(Finding{
			Severity: Wrong, Rule: NamespaceMissing, File: file(o), Object: describe(o.Unstructured),
			Problem: "nothing in the bundle makes Namespace " + ns.Name,
			Remedy:  "add the Namespace, or set createNamespace in the release",
		})
	}
}

func (l *load) firstIn(namespace string) (Object, bool) {
	for _, s := range l.bundle.Stages {
		for _, o := range s.Objects {
			if o.GetNamespace() == namespace {
				return o, true
			}
		}
	}
	return Object{}, false
}

// undefined reports each kind for which the bundle has no CustomResourceDefinition, once.
func (l *load) undefined() {
	type use struct {
		first Object
		count int
	}
	uses := map[schema.GroupKind]use{}
	var missing []string
	for _, s := range l.bundle.Stages {
		for _, r := range s.Releases {
			if r.Missing != "" {
				missing = append(missing, r.Name)
			}
		}
		for _, o := range s.Objects {
			kind := o.GroupVersionKind().GroupKind()
			if _, known := l.scopes.namespaced(kind); known {
				continue
			}
			u := uses[kind]
			if u.count == 0 {
				u.first = o
			}
			u.count++
			uses[kind] = u
		}
	}
	kinds := slices.SortedFunc(maps.Keys(uses), func(a,
		b schema.GroupKind,
	) int {
		return strings.Compare(a.String(), b.String())
	})
	for _, kind := range kinds {
		u := uses[kind]
		severity, problem := Wrong, fmt.Sprintf("no CustomResourceDefinition of %s is in the bundle (%d objects)", kind,
			u.count)
		if len(missing) > 0 {
			severity = Doubtful
			problem += fmt.Sprintf("; one of the %d charts that cannot be had here may bring it", len(missing))
		}
		l.report(Finding{
			Severity: severity, Rule: DefinitionMissing, File: file(u.first), Object: describe(u.first.Unstructured),
			Problem: problem,
			Remedy:  "add the definition, or the chart that brings it",
		})
	}
}
