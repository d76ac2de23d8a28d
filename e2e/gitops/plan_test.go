package gitops

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/edge/flux"
)

// made is a bundle of these objects of Flux, each in the file that its first line names, in a folder that has
// the paths.
func made(t *testing.T, paths []string, manifests ...string) *bundle.Bundle {
	t.Helper()
	root := t.TempDir()
	for _, path := range paths {
		if err := os.MkdirAll(filepath.Join(root, filepath.FromSlash(path)), 0o750); err != nil {
			t.Fatal(err)
		}
	}
	b := &bundle.Bundle{Path: root}
	for _, manifest := range manifests {
		file, text, _ := strings.Cut(manifest, "\n")
		b.Flux = append(b.Flux, bundle.Object{Unstructured: parse(t, text), Source: strings.TrimPrefix(file, "# ") +
			": object"})
	}
	return b
}

func parse(t *testing.T, manifest string) *unstructured.Unstructured {
	t.Helper()
	raw, err := yaml.YAMLToJSON([]byte(manifest))
	o := &unstructured.Unstructured{}
	if err == nil {
		err = o.UnmarshalJSON(raw)
	}
	if err != nil {
		t.Fatal(err)
	}
	return o
}

const (
	firstKustomization = `# sync.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: first, namespace: flux-system}
spec: {path: ./first, sourceRef: {kind: GitRepository, name: edge}}`
	nextKustomization = `# next.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: next, namespace: flux-system}
spec: {path: ./next, sourceRef: {kind: GitRepository, name: edge}, dependsOn: [{name: first}]}`
	repositoryOnBranch = `# sync.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: edge, namespace: flux-system}
spec: {url: https://github.com/example/edge, ref: {branch: release}}`
	releaseOfChart = `# release.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: edge, namespace: flux-system}
spec: {chart: {spec: {chart: edge, version: 1.x, sourceRef: {kind: HelmRepository, name: charts}}}}`
	chartRepository = `# charts.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: charts, namespace: flux-system}
spec: {url: https://charts.example.com}`
)

func names(objects []*unstructured.Unstructured) (out []string) {
	for _, o := range objects {
		out = append(out, o.GetKind()+" "+o.GetName())
	}
	return out
}

func TestPlan(t *testing.T) {
	t.Parallel()
	both := []string{"first", "next"}
	for name, tc := range map[string]struct {
		manifests []string
		url, ref  string
		bootstrap []string
		expected  int
	}{
		"its own sync": {
			[]string{repositoryOnBranch, firstKustomization, nextKustomization},
			"https://github.com/example/edge", "release",
			[]string{"GitRepository edge", "Kustomization first"},
			2,
		},
		"a repository alone": {
			[]string{
				strings.Replace(repositoryOnBranch, "sync", "git", 1), firstKustomization,
				nextKustomization,
			},
			"https://github.com/example/edge", "release",
			[]string{"GitRepository edge", "Kustomization first", "Kustomization next"},
			2,
		},
		"no reference": {
			[]string{
				strings.Replace(repositoryOnBranch, ", ref: {branch: release}", "", 1),
				firstKustomization,
			},
			"https://github.com/example/edge", "master",
			[]string{"GitRepository edge", "Kustomization first"},
			1,
		},
		"a tag": {
			[]string{
				strings.Replace(repositoryOnBranch, "branch: release", "tag: v1", 1),
				firstKustomization,
			},
			"https://github.com/example/edge", "master v1",
			[]string{"GitRepository edge", "Kustomization first"},
			1,
		},
		"no repository": {
			[]string{firstKustomization, nextKustomization},
			defaultURL, "main",
			[]string{"GitRepository edge", "Kustomization edge"},
			3,
		},
		"suspended is not due": {
			[]string{
				repositoryOnBranch, firstKustomization,
				strings.Replace(nextKustomization, "spec: {", "spec: {suspend: true, ", 1),
			},
			"https://github.com/example/edge",
			"release",
			[]string{"GitRepository edge", "Kustomization first"},
			1,
		},
	} {
		p, err := planOf(made(t, both, tc.manifests...))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := strings.TrimSpace(p.branch + " " + p.tag); p.url != tc.url || got != tc.ref ||
			len(p.expected) != tc.expected {
			t.Errorf("%s: %s at %q, %d objects expected: %v", name, p.url, got, len(p.expected), p.expected)
		}
		if diff := cmp.Diff(tc.bootstrap, names(p.bootstrap)); diff != "" {
			t.Errorf("%s: bootstrap (-want +got):\n%s", name, diff)
		}
	}
}

func TestPlanRefuses(t *testing.T) {
	t.Parallel()
	commit := strings.Replace(repositoryOnBranch, "branch: release", "commit: abc", 1)
	if _, err := planOf(made(t, []string{"first"}, commit, firstKustomization)); err == nil ||
		!strings.Contains(err.Error(), "name one of them in spec.ref") {
		t.Errorf("a commit as reference: %v", err)
	}
	if _, err := planOf(made(t, nil, repositoryOnBranch, firstKustomization)); err == nil ||
		!strings.Contains(err.Error(), "correct spec.path") {
		t.Errorf("a path that does not exist: %v", err)
	}
	b := made(t, nil, releaseOfChart)
	b.Stages = []bundle.Stage{{Releases: []bundle.Release{{
		HelmRelease: "flux-system/edge", Chart: "edge",
		Version: "1.2.3",
	}}}}
	if _, err := planOf(b); err == nil || !strings.Contains(err.Error(), "which the bundle does not have") {
		t.Errorf("a repository that does not exist: %v", err)
	}
}

func TestPlanOfCharts(t *testing.T) {
	t.Parallel()
	b := made(t, nil, releaseOfChart, chartRepository)
	b.Stages = []bundle.Stage{{Releases: []bundle.Release{
		{HelmRelease: "flux-system/edge", Chart: "edge", Version: "1.2.3"},
		{HelmRelease: "flux-system/other", Suspended: true},
		{HelmRelease: "flux-system/other", Missing: "no chart"},
	}}}
	p, err := planOf(b)
	if err != nil {
		t.Fatal(err)
	}
	if want := []chartOf{{"https://charts.example.com", "edge", "1.2.3"}}; len(p.charts) != 1 || p.charts[0] != want[0] {
		t.Errorf("charts = %v, want %v", p.charts, want)
	}
	if got := p.versions[flux.Ref{Kind: flux.HelmRelease, Namespace: "flux-system", Name: "edge"}]; got != "1.2.3" {
		t.Errorf("version = %q", got)
	}
}

// The paths of Kustomizations are those of the repository's root, wherever in it the bundle lies.
func TestPlanFindsTheRoot(t *testing.T) {
	t.Parallel()
	b := made(t, []string{"first", "clusters/one", ".git"}, repositoryOnBranch, firstKustomization)
	root := b.Path
	b.Path = filepath.Join(root, "clusters", "one")
	p, err := planOf(b)
	if err != nil {
		t.Fatal(err)
	}
	if p.folder != root {
		t.Errorf("folder %s, want %s", p.folder, root)
	}
}
