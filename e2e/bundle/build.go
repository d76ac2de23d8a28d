package bundle

import (
	"fmt"
	"path/filepath"
	"slices"
	"sync"

	kustomizev1 "github.com/fluxcd/kustomize-controller/api/v1"
	fluxkustomize "github.com/fluxcd/pkg/apis/kustomize"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/resmap"
	kustypes "sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/kustomize/kyaml/resid"
	"sigs.k8s.io/yaml"
)

// building serialises builds: Kustomize keeps its schema in the process and is not safe for two at once.
var building sync.Mutex //nolint:gochecknoglobals // it guards a global of the library

const (
	originAnnotation = "config.kubernetes.io/origin"
	originOption     = "originAnnotations"
)

// built is one object as Kustomize left it, before substitution.
type built struct {
	object map[string]any
	file   string // it came from, relative to the bundle's folder
}

// build renders a folder under the settings of a Flux Kustomization, which may be nil. The scanner has seen the folder.
func (s *scanner) build(dir string, settings *kustomizev1.Kustomization) ([]built, error) {
	file, err := s.kustomization(dir)
	if err != nil {
		return nil, err
	}
	original, err := s.fs.ReadFile(file)
	if err != nil {
		return nil, because(err, s.name(file), "", "read", "make the file readable")
	}
	var content kustypes.Kustomization
	if err := yaml.UnmarshalStrict(original, &content); err != nil {
		return nil, because(err, s.name(file), "Kustomization", "not a kustomization", "correct the field; see the reference of kustomization.yaml")
	}
	keep := slices.Contains(content.BuildMetadata, originOption)
	if settings != nil {
		if err := s.apply(dir, settings, &content); err != nil {
			return nil, err
		}
		keep = slices.Contains(content.BuildMetadata, originOption)
	}
	if !keep {
		content.BuildMetadata = append(content.BuildMetadata, originOption)
	}
	changed, err := yaml.Marshal(content)
	if err != nil {
		return nil, because(err, s.name(file), "", "write anew", "")
	}
	before, was := s.fs.replaced[file]
	s.fs.replaced[file] = changed
	resources, err := run(s.fs, dir)
	if was {
		s.fs.replaced[file] = before
	} else {
		delete(s.fs.replaced, file)
	}
	if err != nil {
		return nil, because(err, s.name(file), "", "kustomize build", "make `kustomize build "+s.name(dir)+"` succeed")
	}
	return s.collect(dir, file, resources, keep)
}

// apply writes a Flux Kustomization's settings into the kustomization, in the order in which Flux does.
func (s *scanner) apply(dir string, k *kustomizev1.Kustomization, content *kustypes.Kustomization) error {
	if k.Spec.TargetNamespace != "" {
		content.Namespace = k.Spec.TargetNamespace
	}
	if k.Spec.NamePrefix != "" {
		content.NamePrefix = k.Spec.NamePrefix
	}
	if k.Spec.NameSuffix != "" {
		content.NameSuffix = k.Spec.NameSuffix
	}
	content.Patches = append(content.Patches, patches(k.Spec.Patches)...)
	for _, component := range k.Spec.Components {
		path := filepath.Join(dir, component)
		if remote(component) || filepath.IsAbs(component) || !s.fs.IsDir(path) {
			if k.Spec.IgnoreMissingComponents {
				continue
			}
			return &Error{Problem: "spec.components: " + component + " is no folder of the bundle", Cure: "correct the path, which is relative to spec.path"}
		}
		if err := s.folder(path, 0); err != nil {
			return err
		}
		content.Components = append(content.Components, component)
	}
	content.Images = images(content.Images, k.Spec.Images)
	for _, option := range k.Spec.BuildMetadata {
		content.BuildMetadata = append(content.BuildMetadata, string(option))
	}
	return nil
}

func patches(list []fluxkustomize.Patch) []kustypes.Patch {
	var all []kustypes.Patch
	for _, p := range list {
		patch := kustypes.Patch{Patch: p.Patch}
		if t := p.Target; t != nil {
			patch.Target = &kustypes.Selector{
				ResId: resid.ResId{
					Gvk:  resid.Gvk{Group: t.Group, Version: t.Version, Kind: t.Kind},
					Name: t.Name, Namespace: t.Namespace,
				},
				LabelSelector: t.LabelSelector, AnnotationSelector: t.AnnotationSelector,
			}
		}
		all = append(all, patch)
	}
	return all
}

// images merges Flux's image overrides into the kustomization's. Tag and digest choose one version, so setting one unsets the other.
func images(own []kustypes.Image, override []fluxkustomize.Image) []kustypes.Image {
	for _, o := range override {
		at := slices.IndexFunc(own, func(i kustypes.Image) bool { return i.Name == o.Name })
		if at < 0 {
			own = append(own, kustypes.Image{Name: o.Name, NewName: o.NewName, NewTag: o.NewTag, Digest: o.Digest})
			continue
		}
		if o.NewName != "" {
			own[at].NewName = o.NewName
		}
		if o.NewTag != "" || o.Digest != "" {
			own[at].NewTag, own[at].Digest = o.NewTag, o.Digest
		}
	}
	return own
}

// run builds with Flux's options. Kustomize panics on some malformed input; that is its caller's error, not this program's end.
func run(files filesys.FileSystem, dir string) (result resmap.ResMap, err error) {
	building.Lock()
	defer building.Unlock()
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("kustomize gave up: %v", r)
		}
	}()
	return krusty.MakeKustomizer(&krusty.Options{
		LoadRestrictions: kustypes.LoadRestrictionsNone, // the file system does the restricting, as in Flux
		PluginConfig:     kustypes.DisabledPluginConfig(),
	}).Run(files, dir)
}

// collect takes the objects out, with the files they came from.
func (s *scanner) collect(dir, file string, resources resmap.ResMap, keepOrigin bool) ([]built, error) {
	var all []built
	for _, resource := range resources.Resources() {
		object, err := resource.Map()
		if err != nil {
			return nil, because(err, s.name(file), resource.CurId().String(), "read after the build", "")
		}
		from := s.name(file)
		if origin, err := resource.GetOrigin(); err == nil && origin != nil {
			switch {
			case origin.Path != "":
				from = s.name(filepath.Join(dir, origin.Path))
			case origin.ConfiguredIn != "":
				from = s.name(filepath.Join(dir, origin.ConfiguredIn))
			}
		}
		if !keepOrigin {
			dropAnnotation(object, originAnnotation)
		}
		all = append(all, built{object, from})
	}
	return all, nil
}

func dropAnnotation(object map[string]any, name string) {
	annotations, found, err := unstructured.NestedMap(object, "metadata", "annotations")
	if err != nil || !found {
		return
	}
	delete(annotations, name)
	if len(annotations) == 0 {
		unstructured.RemoveNestedField(object, "metadata", "annotations")
		return
	}
	_ = unstructured.SetNestedMap(object, annotations, "metadata", "annotations")
}
