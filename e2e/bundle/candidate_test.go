package bundle_test

import (
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/golden"

	"github.com/edgeproof/edgeproof/e2e/bundle"
)

const candidate = "../../fixtures/bundles/candidate"

func loadCandidate(t *testing.T) *bundle.Bundle {
	t.Helper()
	b, err := bundle.Load(t.Context(), candidate, bundle.Options{Charts: modules(t), KubeVersion: kubernetes})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestCandidateRendersAsItDid(t *testing.T) {
	t.Parallel()
	golden.Assert(t, picture(t, loadCandidate(t)), "candidate.golden.yaml")
}

// The candidate is the next version of the reference bundle, and says nothing else: its images are those of the
// pair to be judged.
func TestCandidateIsTheNextVersion(t *testing.T) {
	t.Parallel()
	var got []string
	for _, image := range loadCandidate(t).Images() {
		got = append(got, image.Reference)
	}
	want := []string{
		"quay.io/jetstack/cert-manager-cainjector:v1.21.2",
		"quay.io/jetstack/cert-manager-controller:v1.21.2",
		"quay.io/jetstack/cert-manager-startupapicheck:v1.21.2",
		"quay.io/jetstack/cert-manager-webhook:v1.21.2",
		"registry.k8s.io/external-dns/external-dns:v0.21.0",
	}
	if !slices.Equal(got, want) {
		t.Errorf("images %v, want %v", got, want)
	}
}

// An upgrade runs no hook of an install, and leaves alone what lies in a chart's crds folder.
func TestWavesOfAnUpgrade(t *testing.T) {
	t.Parallel()
	b := loadCandidate(t)
	names := func(waves []bundle.Wave) string {
		var out strings.Builder
		for _, w := range waves {
			out.WriteString(w.Name + "\n")
			for _, o := range w.Objects {
				out.WriteString(o.GetKind() + " " + o.GetName() + "\n")
			}
		}
		return out.String()
	}
	install, upgrade, other := "", "", ""
	for _, s := range b.Stages {
		install += names(s.Waves())
		upgrade += names(s.UpgradeWaves([]string{"cert-manager/cert-manager", "cert-manager/external-dns"}))
		other += names(s.UpgradeWaves([]string{"cert-manager/another"}))
	}
	const ofTheFolder, ofATemplate, hook = "CustomResourceDefinition dnsendpoints.externaldns.k8s.io",
		"CustomResourceDefinition certificates.cert-manager.io", "Job cert-manager-startupapicheck"
	for _, what := range []string{ofTheFolder, ofATemplate, hook} {
		if !strings.Contains(install, what) {
			t.Errorf("an install lacks %s", what)
		}
	}
	if strings.Contains(upgrade, ofTheFolder) || strings.Contains(upgrade, hook) ||
		!strings.Contains(upgrade, ofATemplate) {
		t.Errorf("an upgrade applies\n%s", upgrade)
	}
	if other != install {
		t.Errorf("a release that is new is not installed but\n%s", other)
	}
}
