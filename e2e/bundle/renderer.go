package bundle

import (
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Renderer is one dialect of delivery: it takes the objects that are addressed to an engine instead of to the cluster,
// and adds to the load what that engine would make of them, as stages, releases or objects. Folders are not its
// business: a folder is built by Kustomize where it has a kustomization.yaml and read as plain manifests where it has
// none, whichever engine points at it.
type Renderer interface {
	// takes reports whether an object is one of the engine's.
	takes(kind schema.GroupVersionKind) bool
	// place reads one of them. Its error becomes a finding.
	place(l *load, s *stage, o Object) error
}

// renderers are the dialects that are read.
func renderers() []Renderer { return []Renderer{flux{}, argo{}, k3s{}} }

func (l *load) renderer(o *unstructured.Unstructured) Renderer {
	for _, r := range renderers() {
		if r.takes(o.GroupVersionKind()) {
			return r
		}
	}
	return nil
}

// already reports whether an object of an engine was placed before: several folders may hold the same one.
func (l *load) already(o Object) bool {
	id := identity(o)
	if _, twice := l.ids[id]; twice {
		return true
	}
	l.ids[id] = o
	return false
}

func identity(o Object) string {
	gvk := o.GroupVersionKind()
	return gvk.Group + "|" + gvk.Kind + "|" + o.GetNamespace() + "|" + o.GetName()
}
