package flux

import (
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Kinds are those that are read here, by their API group.
func Kinds() map[string][]string {
	return map[string][]string{
		SourceGroup:    {GitRepository, OCIRepository, Bucket, HelmRepository, HelmChart},
		KustomizeGroup: {Kustomization},
		HelmGroup:      {HelmRelease},
	}
}

// Version is the one that Flux 2.6 and later serve for a group.
func Version(group string) string {
	if group == HelmGroup {
		return "v2"
	}
	return "v1"
}

// Blank is an object of which only the name is known, to be read or patched.
func Blank(ref Ref) *unstructured.Unstructured {
	o := &unstructured.Unstructured{}
	for group, kinds := range Kinds() {
		if slices.Contains(kinds, ref.Kind) {
			o.SetGroupVersionKind(schema.GroupVersionKind{Group: group, Version: Version(group), Kind: ref.Kind})
		}
	}
	o.SetNamespace(ref.Namespace)
	o.SetName(ref.Name)
	return o
}
