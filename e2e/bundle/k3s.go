package bundle

import (
	"maps"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/yaml"
)

// k3s is the dialect of the Helm controller that k3s brings: https://docs.k3s.io/helm.
type k3s struct{}

func (k3s) takes(kind schema.GroupVersionKind) bool { return kind.Group == "helm.cattle.io" }

func (k3s) place(l *load, s *stage, o Object) error {
	if l.already(o) {
		return nil
	}
	if o.GetKind() != "HelmChart" {
		l.notice(Noted, EngineObject, o, "it changes a chart that k3s itself installs, which is not part of the bundle",
			"install the chart in the bundle")
		return nil
	}
	text := func(field string) string {
		value, _, _ := unstructured.NestedString(o.Object, "spec", field)
		return value
	}
	values := map[string]any{}
	for _, field := range []string{"valuesContent"} {
		if err := yaml.Unmarshal([]byte(text(field)), &values); err != nil {
			return because(err, "", "", "spec."+field+" is not YAML", "correct the values")
		}
	}
	set, _, _ := unstructured.NestedMap(o.Object, "spec", "set")
	maps.Copy(values, set)
	namespace := text("targetNamespace")
	if namespace == "" {
		namespace = o.GetNamespace()
	}
	ref := ChartRef{Repository: text("repo"), Name: text("chart"), Version: text("version")}
	if ref.Repository == "" {
		ref = withVersion(ociChart(ref.Name), ref.Version)
	}
	create, _, _ := unstructured.NestedBool(o.Object, "spec", "createNamespace")
	l.releases = append(l.releases, &release{
		stage: s, object: o, values: values, title: ref.Name, spec: synthetic(o.GetName(), namespace, create),
		chart: func() (*Chart, error) { return l.fetch(ref) },
	})
	return nil
}

func withVersion(ref ChartRef, version string) ChartRef {
	ref.Version = version
	return ref
}

// synthetic is the HelmRelease that another engine's release amounts to.
func synthetic(name, namespace string, createNamespace bool) *helmv2.HelmRelease {
	return &helmv2.HelmRelease{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: namespace},
		Spec: helmv2.HelmReleaseSpec{
			ReleaseName: name, TargetNamespace: namespace,
			Install: &helmv2.Install{CreateNamespace: createNamespace},
		},
	}
}
