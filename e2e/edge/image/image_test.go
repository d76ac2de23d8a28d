package image_test

import (
	"testing"

	"github.com/edgeproof/edgeproof/e2e/edge/image"
)

func TestIs(t *testing.T) {
	t.Parallel()
	for reference, want := range map[string]bool{
		"registry.k8s.io/external-dns/external-dns:v0.20.0":         true,
		"localhost:5000/external-dns@sha256:00":                     true,
		"docker.io/rancher/mirrored-external-dns-external-dns:v0.1": true,
		"external-dns":                           true,
		"example.org/external-dns-webhook:v1":    false,
		"example.org/external-dns/other:v1":      false,
		"example.org/my-external-dns-exporter:1": false,
	} {
		if got := image.Is(reference, "external-dns"); got != want {
			t.Errorf("%s: %t", reference, got)
		}
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	for reference, want := range map[string]string{
		"localhost:5000/external-dns":                "",
		"localhost:5000/external-dns:v0.20.0":        "0.20.0",
		"a/external-dns:0.22.1-debian-12@sha256:00":  "0.22.1",
		"a/external-dns:latest":                      "",
		"a/external-dns@sha256:00":                   "",
		"registry.example.org/cert-manager:v1.19.3+": "",
	} {
		got := ""
		if v := image.Version(reference); v != nil {
			got = v.String()
		}
		if got != want {
			t.Errorf("%s: %q, want %q", reference, got, want)
		}
	}
}
