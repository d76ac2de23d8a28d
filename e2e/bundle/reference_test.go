package bundle_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gotest.tools/v3/golden"
	"sigs.k8s.io/yaml"

	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/supply/gomod"
)

const (
	reference  = "../../fixtures/bundles/reference"
	apps       = "../../fixtures/apps"
	charts     = "../../fixtures/charts"
	kubernetes = "v1.37.2"
)

// modules is a source of charts that asks no repository, so that a test gives the same on every machine.
func modules(t *testing.T) bundle.ChartSource {
	t.Helper()
	catalogue, err := bundle.ReadCatalogue(os.DirFS(charts))
	if err != nil {
		t.Fatal(err)
	}
	return &bundle.RepositoryThenModules{Modules: catalogue, Download: gomod.Download, Client: unplugged(), Logf: t.Logf}
}

func loadReference(t *testing.T) *bundle.Bundle {
	t.Helper()
	b, err := bundle.Load(t.Context(), reference, bundle.Options{Charts: modules(t), KubeVersion: kubernetes})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestReferenceRendersAsItDid(t *testing.T) {
	t.Parallel()
	golden.Assert(t, picture(t, loadReference(t)), "reference.golden.yaml")
}

func TestAppsRenderAsTheyDid(t *testing.T) {
	t.Parallel()
	b, err := bundle.Load(t.Context(), apps, bundle.Options{Variables: loadReference(t).Variables()})
	if err != nil {
		t.Fatal(err)
	}
	golden.Assert(t, picture(t, b), "apps.golden.yaml")
}

// picture writes a bundle down for people to compare: an outline, and every object in full but for the bodies of CRDs.
func picture(t *testing.T, b *bundle.Bundle) string {
	t.Helper()
	var out strings.Builder
	var full []bundle.Object
	for _, stage := range b.Stages {
		fmt.Fprintf(&out, "# stage %s (%s), after %v\n", stage.Name, stage.Path, stage.DependsOn)
		for _, r := range stage.Releases {
			fmt.Fprintf(&out, "#   release %s/%s of %s: chart %s %s, app %s, from %s\n", r.Namespace, r.Name, r.HelmRelease,
				r.Chart, r.Version, r.AppVersion, r.Origin)
		}
		for _, wave := range stage.Waves() {
			fmt.Fprintf(&out, "#   wave %s\n", wave.Name)
			for _, o := range wave.Objects {
				fmt.Fprintf(&out, "#     %s %s %s <- %s\n", o.GetAPIVersion(), o.GetKind(),
					strings.TrimPrefix(o.GetNamespace()+"/"+o.GetName(), "/"), o.Source)
			}
		}
		full = append(full, stage.Objects...)
		for _, h := range stage.Hooks {
			fmt.Fprintf(&out, "#   hook %s %v weight %d, delete %v\n", h.GetName(), h.Events, h.Weight, h.DeletePolicies)
			full = append(full, h.Object)
		}
	}
	for _, image := range b.Images() {
		fmt.Fprintf(&out, "# image %s\n#   %s\n", image.Reference, strings.Join(image.UsedBy, "\n#   "))
	}
	for _, n := range notices(b) {
		fmt.Fprintf(&out, "# notice %s: %s: %s; %s\n", n.File, n.Object, n.Problem, n.Remedy)
	}
	for _, o := range full {
		if o.GetKind() == "CustomResourceDefinition" {
			continue
		}
		text, err := yaml.Marshal(o.Object)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&out, "---\n%s", text)
	}
	return out.String()
}

func TestReferenceImages(t *testing.T) {
	t.Parallel()
	var got []string
	for _, image := range loadReference(t).Images() {
		got = append(got, image.Reference)
		if len(image.UsedBy) == 0 {
			t.Errorf("%s is used by nothing", image.Reference)
		}
	}
	want := []string{
		"quay.io/jetstack/cert-manager-cainjector:v1.19.3",
		"quay.io/jetstack/cert-manager-controller:v1.19.3",
		"quay.io/jetstack/cert-manager-startupapicheck:v1.19.3",
		"quay.io/jetstack/cert-manager-webhook:v1.19.3",
		"registry.k8s.io/external-dns/external-dns:v0.20.0",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("images (-want +got)\n%s", diff)
	}
}

// The other versions that the catalogue knows render with the same values, so that a candidate may name them.
func TestReferenceRendersWithOtherVersions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ file, from, to, image string }{
		{
			"cert-manager/cert-manager.yaml", "version: 1.19.3", "version: 1.21.2",
			"quay.io/jetstack/cert-manager-controller:v1.21.2",
		},
		{
			"cert-manager/cert-manager.yaml", "version: 1.19.3", "version: 1.19.x",
			"quay.io/jetstack/cert-manager-controller:v1.19.3",
		},
		{
			"dns-and-certificates/external-dns.yaml", "version: 1.20.0", "version: v1.19.0",
			"registry.k8s.io/external-dns/external-dns:v0.19.0",
		},
	} {
		t.Run(c.to, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(reference)); err != nil {
				t.Fatal(err)
			}
			text, err := os.ReadFile(filepath.Join(dir, c.file))
			if err != nil {
				t.Fatal(err)
			}
			changed := strings.Replace(string(text), c.from, c.to, 1)
			if err := os.WriteFile(filepath.Join(dir, c.file), []byte(changed), 0o600); err != nil {
				t.Fatal(err)
			}
			b, err := bundle.Load(t.Context(), dir, bundle.Options{Charts: modules(t), KubeVersion: kubernetes})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(b.Images(), func(i bundle.Image) bool { return i.Reference == c.image }) {
				t.Errorf("no %s in %v", c.image, b.Images())
			}
		})
	}
}

// What SPEC.md promises of the reference bundle, apart from the golden file, which anyone may rewrite.
func TestReferenceHasItsShape(t *testing.T) {
	t.Parallel()
	b := loadReference(t)
	var stages []string
	for _, s := range b.Stages {
		stages = append(stages, s.Name)
	}
	if want := []string{"root", "cert-manager", "dns-and-certificates", "develop"}; !slices.Equal(stages, want) {
		t.Errorf("stages %v, want %v", stages, want)
	}
	if got, want := b.Variables(), map[string]string{"cloudflare_proxied": "false", "quote": `"`}; !cmp.Equal(got, want) {
		t.Errorf("variables %v, want %v", got, want)
	}
	have := map[string]bundle.Object{}
	for _, o := range b.Objects() {
		have[o.GetKind()+" "+o.GetNamespace()+"/"+o.GetName()] = o
		if o.GetKind() == "Secret" {
			t.Errorf("%s %s: the bundle must hold no Secret", o.GetKind(), o.GetName())
		}
	}
	for _, want := range []string{
		"Namespace /cert-manager", "Namespace /develop", "Namespace /staging", "Namespace /production",
		"Deployment cert-manager/external-dns", "Deployment cert-manager/cert-manager",
		"Role kube-system/cert-manager:leaderelection",
		"ClusterIssuer /letsencrypt-staging", "ClusterIssuer /letsencrypt-production", "Ingress develop/frontend",
	} {
		if _, ok := have[want]; !ok {
			t.Errorf("no %s", want)
		}
	}
	if got := have["Ingress develop/frontend"].GetAnnotations()["external-dns.alpha.kubernetes.io/cloudflare-proxied"]; got != "false" {
		t.Errorf("cloudflare-proxied is %q, want the text false", got)
	}
	if want := "dns-and-certificates/external-dns.yaml: HelmRelease flux-system/external-dns"; have["Deployment cert-manager/external-dns"].Source != want {
		t.Errorf("source %q, want %q", have["Deployment cert-manager/external-dns"].Source, want)
	}
}

func TestDigestIsOfTheContent(t *testing.T) {
	t.Parallel()
	first, second := loadReference(t), loadReference(t)
	if first.Digest != second.Digest {
		t.Errorf("two loads of one bundle: %s and %s", first.Digest, second.Digest)
	}
	elsewhere := t.TempDir()
	if err := os.CopyFS(elsewhere, os.DirFS(reference)); err != nil {
		t.Fatal(err)
	}
	moved, err := bundle.Load(t.Context(), elsewhere, bundle.Options{Charts: modules(t), KubeVersion: kubernetes})
	if err != nil {
		t.Fatal(err)
	}
	if moved.Digest != first.Digest {
		t.Errorf("a copy has digest %s, the original %s", moved.Digest, first.Digest)
	}
	path := filepath.Join(elsewhere, "develop/frontend.yaml")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(text), "develop.safeops.work", "www.safeops.work")),
		0o600); err != nil {
		t.Fatal(err)
	}
	changed, err := bundle.Load(t.Context(), elsewhere, bundle.Options{Charts: modules(t), KubeVersion: kubernetes})
	if err != nil {
		t.Fatal(err)
	}
	if changed.Digest == first.Digest {
		t.Error("another host gives the same digest")
	}
}
