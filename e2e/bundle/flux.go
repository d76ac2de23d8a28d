package bundle

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	kustomizev1 "github.com/fluxcd/kustomize-controller/api/v1"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/yaml"
)

const fluxSuffix = ".toolkit.fluxcd.io"

// flux is the dialect of Flux and of its operator.
type flux struct{}

func (flux) takes(kind schema.GroupVersionKind) bool { return isFlux(kind.Group) }

func (flux) place(l *load, s *stage, o Object) error {
	if l.already(o) {
		return nil
	}
	l.flux = true
	if err := l.keep(checkFlux(o), file(o), describe(o.Unstructured)); err != nil {
		return err
	}
	gvk := o.GroupVersionKind()
	switch gvk.Kind + "." + strings.TrimSuffix(gvk.Group, fluxSuffix) {
	case "Kustomization.kustomize":
		return l.kustomization(s, o)
	case "HelmRelease.helm":
		return l.helmRelease(s, o)
	case "GitRepository.source":
		ignore, _, _ := unstructured.NestedString(o.Object, "spec", "ignore")
		if ignore != "" && o.GetName() == o.GetNamespace() {
			return l.scan.fs.ignore(ignore)
		}
	case "ResourceSet.fluxcd.controlplane.io":
		return l.resourceSet(s, o)
	}
	return nil
}

// isFlux reports whether objects of a group are addressed to Flux rather than to the cluster's own controllers.
func isFlux(group string) bool {
	return strings.HasSuffix(group, fluxSuffix) || group == "fluxcd.controlplane.io"
}

// checkFlux refuses Flux objects that Flux does not know, and versions that its current release no longer serves.
func checkFlux(o Object) error {
	known := map[string][]string{
		"kustomize": {"Kustomization"},
		"helm":      {"HelmRelease"},
		"source": {
			"GitRepository", "OCIRepository", "Bucket", "HelmRepository", "HelmChart", "ExternalArtifact", "ArtifactGenerator",
		},
	}
	versions := map[string]string{
		"Kustomization.kustomize" + fluxSuffix: kustomizev1.GroupVersion.Version,
		"HelmRelease.helm" + fluxSuffix:        helmv2.GroupVersion.Version,
		"HelmRepository.source" + fluxSuffix:   sourcev1.GroupVersion.Version,
	}
	gvk := o.GroupVersionKind()
	if kinds, ok := known[strings.TrimSuffix(gvk.Group, fluxSuffix)]; ok && !slices.Contains(kinds, gvk.Kind) {
		return &Error{Problem: fmt.Sprintf("%s has no kind %s", gvk.GroupVersion(), gvk.Kind), Remedy: "write one of " +
			strings.Join(kinds, ", ")}
	}
	if want, ok := versions[gvk.Kind+"."+gvk.Group]; ok && gvk.Version != want {
		return &Error{
			Problem: fmt.Sprintf("version %s of %s is no longer served by Flux", gvk.GroupVersion(), gvk.Kind),
			Rule:    OldVersion,
			Remedy:  fmt.Sprintf("write apiVersion: %s/%s", gvk.Group, want),
		}
	}
	if o.GetNamespace() == "" {
		return &Error{Problem: "no namespace", Remedy: "set metadata.namespace, usually flux-system"}
	}
	return checkFields(o)
}

// checkFields refuses fields that a kind does not have, and misses those that it must have.
func checkFields(o Object) error {
	var err error
	var required [][]string
	switch o.GetKind() {
	case "Kustomization":
		err = decodeStrict[kustomizev1.Kustomization](o)
		required = [][]string{{"interval"}, {"prune"}, {"sourceRef", "kind"}, {"sourceRef", "name"}}
	case "HelmRelease":
		err = decodeStrict[helmv2.HelmRelease](o)
		required = [][]string{{"interval"}}
	case "HelmRepository":
		err = decodeStrict[sourcev1.HelmRepository](o)
		required = [][]string{{"url"}}
	}
	if err != nil {
		return err
	}
	for _, field := range required {
		path := append([]string{"spec"}, field...)
		if value, found, _ := unstructured.NestedFieldNoCopy(o.Object, path...); !found || value == "" {
			return &Error{Problem: "no " + strings.Join(path, "."), Remedy: "set it; Flux requires it"}
		}
	}
	return nil
}

// decode reads an object into an engine's own type, without fields that the type does not have.
func decode[T any](o Object) (*T, error) {
	into := new(T)
	text, err := yaml.Marshal(o.Object)
	if err == nil {
		err = yaml.Unmarshal(text, into)
	}
	if err != nil {
		return nil, because(err, "", "", "does not fit "+o.GetAPIVersion(), "correct the field; see the reference of "+
			o.GetKind())
	}
	return into, nil
}

// decodeStrict refuses fields that the type does not have, as the API server does.
func decodeStrict[T any](o Object) error {
	text, err := yaml.Marshal(o.Object)
	if err == nil {
		err = yaml.UnmarshalStrict(text, new(T))
	}
	if err != nil {
		return because(err, "", "", "does not fit "+o.GetAPIVersion(), "correct the field; see the reference of "+
			o.GetKind())
	}
	return nil
}

// key is how Flux objects refer to each other.
func key(namespace, name string) string { return namespace + "/" + name }

// find returns the object of a kind by namespace and name.
func find(objects []Object, group, kind, namespace, name string) (Object, bool) {
	for _, o := range objects {
		gvk := o.GroupVersionKind()
		if gvk.Group == group && gvk.Kind == kind && o.GetNamespace() == namespace && o.GetName() == name {
			return o, true
		}
	}
	return Object{}, false
}

// data returns what a ConfigMap or Secret holds, decoded.
func data(o Object) (map[string]string, error) {
	all := map[string]string{}
	if o.GetKind() == "Secret" {
		var secret struct {
			Data       map[string][]byte `json:"data"`
			StringData map[string]string `json:"stringData"`
		}
		text, err := yaml.Marshal(o.Object)
		if err == nil {
			err = yaml.Unmarshal(text, &secret)
		}
		if err != nil {
			// The text of the cause may quote the value.
			return nil, &Error{
				Problem: "data cannot be read: values must be base64",
				Remedy:  "correct the Secret, or use stringData", cause: err,
			}
		}
		for name, value := range secret.Data {
			all[name] = string(value)
		}
		maps.Copy(all, secret.StringData)
		return all, nil
	}
	values, _, err := unstructured.NestedStringMap(o.Object, "data")
	if err != nil {
		return nil, because(err, "", "", "data cannot be read", "quote values that are numbers or booleans")
	}
	maps.Copy(all, values)
	return all, nil
}
