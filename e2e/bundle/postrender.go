package bundle

import (
	"path"
	"strconv"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

// postRender applies spec.postRenderers in order, and then spec.commonMetadata. By default hooks go through them
// together with the rest, as with Helm 4; "nohooks" spares them and "separate" gives them a pass of their own.
func postRender(objects []*unstructured.Unstructured, hooks []Hook,
	spec *helmv2.HelmRelease,
) ([]*unstructured.Unstructured, []Hook, error) {
	strategy := spec.Spec.PostRenderStrategy
	for _, renderer := range spec.Spec.PostRenderers {
		if renderer.Kustomize == nil {
			continue
		}
		ofHooks := make([]*unstructured.Unstructured, len(hooks))
		for i := range hooks {
			ofHooks[i] = hooks[i].Unstructured
		}
		var err error
		switch strategy {
		case helmv2.PostRenderStrategyNoHooks:
			objects, err = kustomized(objects, renderer.Kustomize)
		case helmv2.PostRenderStrategySeparate:
			if objects, err = kustomized(objects, renderer.Kustomize); err == nil {
				ofHooks, err = kustomized(ofHooks, renderer.Kustomize)
			}
		default:
			var all []*unstructured.Unstructured
			if all, err = kustomized(append(append(all, objects...), ofHooks...), renderer.Kustomize); err == nil {
				objects, ofHooks = all[:len(objects)], all[len(objects):]
			}
		}
		if err != nil {
			return nil, nil, err
		}
		for i := range hooks {
			hooks[i].Unstructured = ofHooks[i]
		}
	}
	if m := spec.Spec.CommonMetadata; m != nil {
		for _, o := range objects {
			mark(Object{Unstructured: o}, m.Labels, m.Annotations)
		}
		if strategy != helmv2.PostRenderStrategyNoHooks {
			for _, h := range hooks {
				mark(h.Object, m.Labels, m.Annotations)
			}
		}
	}
	return objects, hooks, nil
}

// kustomized runs one renderer over objects and returns as many in the same order.
func kustomized(objects []*unstructured.Unstructured, renderer *helmv2.Kustomize) ([]*unstructured.Unstructured,
	error,
) {
	if len(objects) == 0 {
		return nil, nil
	}
	const remedy = "correct spec.postRenderers"
	memory := filesys.MakeFsInMemory()
	spec, err := runtime.DefaultUnstructuredConverter.ToUnstructured(renderer)
	if err != nil {
		return nil, because(err, "", "", "spec.postRenderers", remedy)
	}
	content, err := withSettings(unstructured.Unstructured{Object: map[string]any{"spec": spec}}, nil)
	if err != nil {
		return nil, because(err, "", "", "spec.postRenderers", remedy)
	}
	content.BuildMetadata = nil // the generator asks for one where it finds no resources
	write := func(name string, value any) error {
		text, err := yaml.Marshal(value)
		if err == nil {
			err = memory.WriteFile(path.Join("/r", name), text)
		}
		if err != nil {
			return because(err, "", "", "spec.postRenderers", remedy)
		}
		return nil
	}
	for i, o := range objects {
		name := strconv.Itoa(i) + ".yaml"
		content.Resources = append(content.Resources, name)
		if err := write(name, o.Object); err != nil {
			return nil, err
		}
	}
	if err := write("kustomization.yaml", content); err != nil {
		return nil, err
	}
	resources, err := kustomize(memory, "/r", false)
	if err != nil {
		return nil, because(err, "", "", "spec.postRenderers", remedy)
	}
	var all []*unstructured.Unstructured
	for _, resource := range resources.Resources() {
		object, err := resource.Map()
		if err != nil {
			return nil, because(err, "", "", "spec.postRenderers", remedy)
		}
		o, err := toObject(object)
		if err != nil {
			return nil, because(err, "", "", "spec.postRenderers", remedy)
		}
		all = append(all, o)
	}
	if len(all) != len(objects) {
		return nil, &Error{
			Problem: "spec.postRenderers delete or add objects, which is not supported",
			Remedy:  "switch the object off in the chart's values",
		}
	}
	return all, nil
}
