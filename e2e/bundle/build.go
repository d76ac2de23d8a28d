package bundle

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	fluxkustomize "github.com/fluxcd/pkg/kustomize"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/resource"
	kustypes "sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/kustomize/kyaml/openapi"
	"sigs.k8s.io/yaml"
)

const (
	originAnnotation = "config.kubernetes.io/origin"
	originOption     = "originAnnotations"
)

// built is one object as Kustomize left it, before substitution.
type built struct {
	*resource.Resource

	file string // it came from, relative to the bundle's folder
}

// build renders a folder that the scanner has seen. Of a Flux Kustomization, which may be nil, spec is what changes
// the build.
func (s *scanner) build(dir string, settings *unstructured.Unstructured) ([]built, error) {
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
		return nil, because(err, s.name(file), "Kustomization", "not a kustomization", "correct the field; see the "+
			"reference of kustomization.yaml")
	}
	if settings != nil {
		if content, err = s.apply(dir, *settings, original); err != nil {
			return nil, err
		}
	}
	if nothing(content) {
		return nil, nil // Kustomize refuses what Flux takes for an empty set
	}
	keep := slices.Contains(content.BuildMetadata, originOption)
	if !keep {
		content.BuildMetadata = append(content.BuildMetadata, originOption)
	}
	resources, err := s.run(dir, file, content)
	if err != nil {
		refused := because(err, s.name(file), "", "kustomize build", "make `kustomize build "+s.name(dir)+"` succeed")
		if err := s.keep(refused, s.name(file), ""); err != nil {
			return nil, err
		}
		return s.piecemeal(dir, file, content, keep)
	}
	return s.collect(dir, file, resources, keep)
}

// run builds a folder with another content of its kustomization.
func (s *scanner) run(dir, file string, content kustypes.Kustomization) (resmap.ResMap, error) {
	changed, err := yaml.Marshal(content)
	if err != nil {
		return nil, fmt.Errorf("write: %w", err)
	}
	before, was := s.fs.replaced[file]
	defer func() {
		if was {
			s.fs.replaced[file] = before
		} else {
			delete(s.fs.replaced, file)
		}
	}()
	s.fs.replaced[file] = changed
	return kustomize(s.fs, dir, s.schemas)
}

// building serializes builds: Kustomize keeps its schema in the process and is not safe for two at once.
var building sync.Mutex //nolint:gochecknoglobals // it guards a global of the library

// kustomize builds with the options of kustomize-controller. Its own Build parses the schema of Kubernetes again for
// each build, which is most of the time of reading a repository with a hundred of them; that is needed only after a
// build that brought a schema.
func kustomize(files filesys.FileSystem, dir string, schemas bool) (result resmap.ResMap, err error) {
	building.Lock()
	defer building.Unlock()
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("kustomize gave up: %v", r)
		}
	}()
	if schemas {
		defer openapi.ResetOpenAPI()
	}
	return krusty.MakeKustomizer(&krusty.Options{
		LoadRestrictions: kustypes.LoadRestrictionsNone, // the file system does the restricting, as in Flux
		PluginConfig:     kustypes.DisabledPluginConfig(),
	}).Run(files, dir)
}

// piecemeal builds the resources of a kustomization one by one, without what changes them, when they cannot be built
// together: the engine would apply nothing of it, but what is in it can be seen.
func (s *scanner) piecemeal(dir, file string, content kustypes.Kustomization, keep bool) ([]built, error) {
	var all []built
	for _, resource := range content.Resources {
		only := kustypes.Kustomization{
			TypeMeta: content.TypeMeta, Namespace: content.Namespace,
			Resources: []string{resource},
		}
		only.BuildMetadata = []string{originOption}
		resources, err := s.run(dir, file, only)
		if err != nil {
			continue
		}
		some, err := s.collect(dir, file, resources, keep)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// nothing reports whether a kustomization has nothing to build.
func nothing(k kustypes.Kustomization) bool {
	//nolint:staticcheck // old kustomizations still name bases
	return len(k.Resources)+len(k.Bases)+len(k.Components)+len(k.Generators)+len(k.ConfigMapGenerator)+
		len(k.SecretGenerator) == 0
}

// apply has Flux write a Kustomization's settings into the folder's kustomization.
func (s *scanner) apply(dir string, settings unstructured.Unstructured, original []byte) (kustypes.Kustomization,
	error,
) {
	components, _, _ := unstructured.NestedStringSlice(settings.Object, "spec", "components")
	ignore, _, _ := unstructured.NestedBool(settings.Object, "spec", "ignoreMissingComponents")
	var found []string
	for _, component := range components {
		path := filepath.Join(dir, component)
		if !fluxkustomize.IsLocalRelativePath(component) || !s.fs.IsDir(path) {
			if ignore {
				continue
			}
			return kustypes.Kustomization{}, &Error{
				Problem: "spec.components: " + component + " is no folder of the bundle",
				Remedy:  "correct the path, which is relative to spec.path",
			}
		}
		if err := s.folder(path, 0); err != nil {
			return kustypes.Kustomization{}, err
		}
		found = append(found, component)
	}
	if len(components) != len(found) {
		settings = *settings.DeepCopy()
		_ = unstructured.SetNestedStringSlice(settings.Object, found, "spec", "components") // components was read from there
	}
	return withSettings(settings, original)
}

// withSettings has Flux's generator merge the spec of a Kustomization into a kustomization.yaml. The generator reads
// it from the disk only, and what a build reads here is in part in memory, so it gets the one file in a folder of its
// own.
func withSettings(settings unstructured.Unstructured, original []byte) (merged kustypes.Kustomization, err error) {
	dir, err := os.MkdirTemp("", "kustomization-*")
	if err != nil {
		return merged, because(err, "", "", "make a folder", "make room in "+os.TempDir())
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := os.WriteFile(filepath.Join(dir, konfig.DefaultKustomizationFileName()), original, 0o600); err != nil {
		return merged, because(err, "", "", "write", "make room in "+os.TempDir())
	}
	text, _, _, err := fluxkustomize.NewGenerator("", settings).GenerateManifest(dir)
	if err == nil {
		err = yaml.Unmarshal(text, &merged)
	}
	if err != nil {
		return merged, because(err, "", "", "the settings of spec", "correct the field; see the reference of Kustomization")
	}
	return merged, nil
}

// collect takes the objects out, with the files they came from.
func (s *scanner) collect(dir, file string, resources resmap.ResMap, keepOrigin bool) ([]built, error) {
	var all []built
	for _, resource := range resources.Resources() {
		from := s.name(file)
		if origin, err := resource.GetOrigin(); err == nil && origin != nil {
			switch {
			case origin.Path != "":
				from = s.name(filepath.Join(dir, origin.Path))
				if below := filepath.Join(dir, filepath.Dir(origin.Path)); strings.HasPrefix(filepath.Base(origin.Path),
					inflated) {
					if own, err := s.kustomization(below); err == nil && own != "" {
						from = s.name(own)
					}
				}
			case origin.ConfiguredIn != "":
				from = s.name(filepath.Join(dir, origin.ConfiguredIn))
			}
		}
		if !keepOrigin {
			annotations := resource.GetAnnotations()
			delete(annotations, originAnnotation)
			if err := resource.SetAnnotations(annotations); err != nil {
				return nil, because(err, from, resource.CurId().String(), "read after the build", "")
			}
		}
		all = append(all, built{resource, from})
	}
	return all, nil
}

// object returns the content of what was built.
func (b built) object() (map[string]any, error) {
	object, err := b.Map()
	if err != nil {
		return nil, fmt.Errorf("read after the build: %w", err)
	}
	return object, nil
}
