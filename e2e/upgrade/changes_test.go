package upgrade

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

func bundleOf(t *testing.T, manifests ...string) *bundle.Bundle {
	t.Helper()
	stage := bundle.Stage{Name: "root"}
	for _, manifest := range manifests {
		o := &unstructured.Unstructured{}
		if err := yaml.Unmarshal([]byte(manifest), &o.Object); err != nil {
			t.Fatal(err)
		}
		stage.Objects = append(stage.Objects, bundle.Object{Unstructured: o})
	}
	return &bundle.Bundle{Stages: []bundle.Stage{stage}}
}

const (
	deployment = `{apiVersion: apps/v1, kind: Deployment, metadata: {name: d, namespace: ns, labels: {helm.sh/chart: d-1}},
		spec: {template: {spec: {containers: [{name: c, image: "i:1", args: [--a=1, --b]}]}}}}`
	newer = `{apiVersion: apps/v1, kind: Deployment, metadata: {name: d, namespace: ns, labels: {helm.sh/chart: d-2}},
		spec: {template: {spec: {containers: [{name: c, image: "i:2", args: [--b, --a=2]}]}}}}`
	role     = `{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: r}, rules: [{apiGroups: ["", x.io], resources: [a], verbs: [get, list]}]}`
	gathered = `{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: r}, rules: [{apiGroups: [x.io], resources: [a], verbs: [list, get]}, {apiGroups: [""], resources: [a], verbs: [get]}, {apiGroups: [""], resources: [s], verbs: [get], resourceNames: [one]}]}`
	crd      = `{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: a.x.io}, spec: {versions: [{name: v1, schema: {properties: {p: {type: string, description: old}}}}]}}`
	reworded = `{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: a.x.io}, spec: {versions: [{name: v1, schema: {properties: {p: {type: string, description: new}}}}]}}`
)

func TestChanges(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		from, to []string
		want     []verdict.Change
	}{
		"nothing":    {[]string{deployment, role}, []string{role, deployment}, nil},
		"only prose": {[]string{crd}, []string{reworded}, nil},
		"settings": {[]string{deployment}, []string{newer}, []verdict.Change{{
			Subject: "Deployment ns/d", Text: "4 settings differ", Evidence: []string{
				`- spec.template.spec.containers[c].args: "--a=1"`, `- spec.template.spec.containers[c].image: "i:1"`,
				`+ spec.template.spec.containers[c].args: "--a=2"`, `+ spec.template.spec.containers[c].image: "i:2"`,
			},
		}}},
		"rights": {[]string{role}, []string{gathered}, []verdict.Change{{
			Subject: "ClusterRole r", Text: "2 settings differ", Evidence: []string{"- may list a", "+ may get s named one"},
		}}},
		"gone and new": {[]string{crd}, []string{role}, []verdict.Change{
			{Subject: "ClusterRole r", Text: "is new", Evidence: []string{
				"may get a", "may get a.x.io", "may list a",
				"may list a.x.io",
			}},
			{Subject: "CustomResourceDefinition a.x.io", Text: "is no longer part of the bundle", Evidence: []string{
				`apiVersion: "apiextensions.k8s.io/v1"`, `kind: "CustomResourceDefinition"`, `metadata.name: "a.x.io"`,
				`spec.versions[v1].name: "v1"`, `spec.versions[v1].schema.properties.p.type: "string"`,
			}},
		}},
	} {
		got := Changes(bundleOf(t, c.from...), bundleOf(t, c.to...))
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

func TestDropped(t *testing.T) {
	t.Parallel()
	dropped := Dropped(Changes(bundleOf(t, crd, deployment), bundleOf(t)))
	if diff := cmp.Diff([]string{"CustomResourceDefinition a.x.io, which the candidate no longer brings,"},
		dropped); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if dropped := Dropped(Changes(bundleOf(t), bundleOf(t, crd))); len(dropped) > 0 {
		t.Errorf("a new definition is called dropped: %v", dropped)
	}
}
