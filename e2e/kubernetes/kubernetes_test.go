package kubernetes_test

import (
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/util/version"
	"sigs.k8s.io/kind/pkg/apis/config/defaults"

	"github.com/edgeproof/edgeproof/e2e/kubernetes"
)

func TestMinors(t *testing.T) {
	t.Parallel()
	var got []string
	for _, m := range kubernetes.Minors() {
		got = append(got, m.Name())
		tag, _, _ := strings.Cut(strings.TrimPrefix(m.NodeImage, "kindest/node:"), "@sha256:")
		built, pulled := version.MustParseGeneric(m.Version), version.MustParseGeneric(tag)
		if built.Minor() != pulled.Minor() {
			t.Errorf("%s is built as %s and pulled as %s", m.Name(), m.Version, m.NodeImage)
		}
		// What is not on by default is switched on, and nothing is where it is.
		if off := built.Minor() < 36; off != (len(m.Switches()) > 0) || off != (m.Admission != "v1") {
			t.Errorf("%s: switches %q, admission %s", m.Name(), m.Switches(), m.Admission)
		}
	}
	if want := []string{"1.37", "1.36", "1.35", "1.34"}; !slices.Equal(got, want) {
		t.Errorf("minors %q, want %q", got, want)
	}
	if defaults.Image != kubernetes.Default().NodeImage {
		t.Errorf("kind's own image is %s, the default minor's %s: take those of the release that go.mod names",
			defaults.Image, kubernetes.Default().NodeImage)
	}
	want := []string{"MutatingAdmissionPolicy=true", "admissionregistration.k8s.io/v1beta1=true"}
	if m, _ := kubernetes.Named("1.35"); !slices.Equal(m.Switches(), want) {
		t.Errorf("switches of 1.35: %q, want %q", m.Switches(), want)
	}
}

func TestNamedAndOf(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, named, of string }{
		{"", "1.37", "read the Kubernetes version"},
		{"1.35", "1.35", "1.35"},
		{"v1.36", "1.36", "1.36"},
		{"v1.34.11", "1.34", "1.34"},
		{"v1.37.0", "1.37", "1.37"},
		{"v1.38.0-alpha.1", "is no Kubernetes that the suite runs on; give 1.37, 1.36, 1.35, 1.34", "1.37"},
		{"1.33", "is no Kubernetes that the suite runs on", "give a node image of 1.37, 1.36, 1.35, 1.34"},
		{"latest", "is no Kubernetes that the suite runs on", "read the Kubernetes version"},
	} {
		for how, want := range map[string]string{"named": tc.named, "of": tc.of} {
			m, err := kubernetes.Named(tc.name)
			if how == "of" {
				m, err = kubernetes.Of(tc.name)
			}
			got := ""
			if err != nil {
				got = err.Error()
			} else {
				got = m.Name()
			}
			if !strings.Contains(got, want) {
				t.Errorf("%s %q: %s, want %s", how, tc.name, got, want)
			}
		}
	}
}
