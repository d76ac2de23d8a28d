package bundle

import (
	"maps"
	"slices"
	"strings"
)

// Namespace is a namespace that objects of the bundle live in.
type Namespace struct {
	Name   string
	Source string // of the Namespace object; "" when nothing in the bundle makes it
	// Flux says that Flux's own objects live in it, so that on a real platform it is there before the bundle.
	Flux bool
}

// Namespaces lists the namespaces that the bundle makes or needs, sorted by name, those of every new cluster left out.
// One without a Source must be there before: an installer may make it where Flux is set, and should call it a fault of
// the bundle otherwise.
func (b *Bundle) Namespaces() []Namespace {
	all := map[string]Namespace{}
	note := func(name string, change func(*Namespace)) {
		if slices.Contains([]string{"", "default", "kube-system", "kube-public", "kube-node-lease"}, name) {
			return
		}
		n := all[name]
		n.Name = name
		change(&n)
		all[name] = n
	}
	for _, stage := range b.Stages {
		for _, o := range stage.Objects {
			if o.GroupVersionKind().GroupKind().String() == "Namespace" {
				note(o.GetName(), func(n *Namespace) { n.Source = o.Source })
				continue
			}
			note(o.GetNamespace(), func(*Namespace) {})
		}
		for _, h := range stage.Hooks {
			note(h.GetNamespace(), func(*Namespace) {})
		}
		for _, r := range stage.Releases {
			if !r.Suspended {
				note(r.Namespace, func(*Namespace) {})
			}
		}
	}
	for _, o := range b.Flux {
		if n, ok := all[o.GetNamespace()]; ok {
			n.Flux = true
			all[n.Name] = n
		}
	}
	return slices.SortedFunc(maps.Values(all), func(a, b Namespace) int { return strings.Compare(a.Name, b.Name) })
}
