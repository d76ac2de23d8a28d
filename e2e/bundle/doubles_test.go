package bundle_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"helm.sh/helm/v4/pkg/chart/loader/archive"
	"helm.sh/helm/v4/pkg/chart/v2/loader"

	"github.com/edgeproof/edgeproof/e2e/bundle"
)

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// unplugged is a client without a network.
func unplugged() *http.Client {
	return &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
		return nil, errors.New("no network in this test")
	})}
}

// files is a tree of files, or of a chart.
type files map[string]string

// write puts a tree into a folder of its own.
func write(t *testing.T, trees ...files) string {
	t.Helper()
	dir := t.TempDir()
	for _, tree := range trees {
		for name, content := range tree {
			path := filepath.Join(dir, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	return dir
}

// oneChart is a source that has one chart, under any name and version.
type oneChart files

func (c oneChart) Chart(_ context.Context, _ bundle.ChartRef) (*bundle.Chart, error) {
	var all []*archive.BufferedFile
	for name, content := range c {
		all = append(all, &archive.BufferedFile{Name: name, Data: []byte(content)})
	}
	chart, err := loader.LoadFiles(all)
	return &bundle.Chart{Chart: chart, Origin: "test"}, err
}

// small is a chart that shows what it was given.
func small() oneChart {
	return oneChart{
		"Chart.yaml":  "apiVersion: v2\nname: small\nversion: 1.2.3\nappVersion: \"9\"\n",
		"values.yaml": "color: grey\nlist: [a]\nnested: {deep: 1}\n",
		"ci.yaml":     "color: ci\n",
		"templates/configmap.yaml": `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
data:
  namespace: {{ .Release.Namespace }}
  values: {{ .Values | toJson | quote }}
  kubernetes: {{ .Capabilities.KubeVersion.Version }}
  widgets: {{ .Capabilities.APIVersions.Has "example.org/v1/Widget" | quote }}
`,
		"templates/job.yaml": `apiVersion: batch/v1
kind: Job
metadata:
  name: check
  annotations:
    helm.sh/hook: post-install
    helm.sh/hook-weight: "3"
spec:
  template:
    spec:
      restartPolicy: Never
      initContainers: [{name: wait, image: "example.org/wait:1"}]
      containers: [{name: check, image: "example.org/check:1"}]
`,
		"templates/test.yaml": `apiVersion: v1
kind: Pod
metadata:
  name: test
  annotations: {helm.sh/hook: test}
spec:
  containers: [{name: test, image: "example.org/never-used:1"}]
`,
		"templates/NOTES.txt": "thank you",
		"crds/widget.yaml":    widgets("Namespaced"),
	}
}

// widgets is a CRD of the kind Widget.
func widgets(scope string) string {
	return `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.org}
spec:
  group: example.org
  scope: ` + scope + `
  names: {kind: Widget, plural: widgets}
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
`
}

// fluxOf writes a Flux Kustomization. more is put under spec.
func fluxOf(name, path, more string) string {
	return `---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: ` + name + `, namespace: flux-system}
spec:
  interval: 1m
  prune: true
  path: ` + path + `
  sourceRef: {kind: GitRepository, name: flux-system}
` + more
}

// helmOf writes a HelmRepository and a HelmRelease of the small chart. more is put under spec.
func helmOf(name, more string) string {
	return `---
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: ` + name + `, namespace: flux-system}
spec: {url: "https://charts.example.org"}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: ` + name + `, namespace: flux-system}
spec:
  interval: 1m
  chart: {spec: {chart: small, version: 1.x, sourceRef: {kind: HelmRepository, name: ` + name + `}}}
` + more
}

func configMap(namespace, name, data string) string {
	return "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: " + name + ", namespace: " + namespace + "}\ndata: " +
		data + "\n"
}
