package bundle

import (
	"fmt"
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Image is a container image that the bundle needs.
type Image struct {
	Reference string   // as the pod template has it
	UsedBy    []string // "Deployment cert-manager/external-dns container external-dns"
}

// Images lists the images of every pod template, init containers and the hooks of an install included, sorted by
// reference and without duplicates. Images that a program only names to others in its arguments are not found.
func (b *Bundle) Images() []Image {
	uses := map[string][]string{}
	add := func(o Object) {
		for _, spec := range podSpecs(o.Object) {
			for _, field := range []string{"initContainers", "containers", "ephemeralContainers"} {
				containers, _ := spec[field].([]any)
				for _, c := range containers {
					container, _ := c.(map[string]any)
					reference, _ := container["image"].(string)
					if reference == "" {
						continue
					}
					use := fmt.Sprintf("%s container %v", describe(o.Unstructured), container["name"])
					if !slices.Contains(uses[reference], use) {
						uses[reference] = append(uses[reference], use)
					}
				}
			}
		}
	}
	for _, stage := range b.Stages {
		for _, o := range stage.Objects {
			add(o)
		}
		for _, h := range stage.Hooks {
			if h.runs() {
				add(h.Object)
			}
		}
	}
	var all []Image
	for _, reference := range slices.Sorted(maps.Keys(uses)) {
		slices.Sort(uses[reference])
		all = append(all, Image{reference, uses[reference]})
	}
	return all
}

// podSpecs finds the pod specs of an object at the places where Kubernetes' own kinds have them. Custom kinds that
// keep a whole template there are found too.
func podSpecs(object map[string]any) []map[string]any {
	var all []map[string]any
	for _, path := range [][]string{
		{"spec"}, {"spec", "template", "spec"}, {"spec", "jobTemplate", "spec", "template", "spec"}, {"template", "spec"},
	} {
		value, found, err := unstructured.NestedFieldNoCopy(object, path...)
		if spec, ok := value.(map[string]any); found && err == nil && ok {
			all = append(all, spec)
		}
	}
	return all
}
