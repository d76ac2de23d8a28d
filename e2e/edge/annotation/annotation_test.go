package annotation_test

import (
	"testing"

	"github.com/edgeproof/edgeproof/e2e/edge/annotation"
)

func TestReads(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]bool{
		"traefik.ingress.kubernetes.io/router.entrypoints":         true,
		"traefik.ingress.kubernetes.io/router.tls.domains.0.main":  true,
		"traefik.ingress.kubernetes.io/service.sticky.cookie.name": true,
		"traefik.ingress.kubernetes.io/rule-type":                  false,
		"nginx.ingress.kubernetes.io/auth-url":                     true,
		"nginx.ingress.kubernetes.io/auth-tls-secret":              false,
		"nginx.ingress.kubernetes.io/whitelist-source-range":       false,
		"example.com/router.entrypoints":                           false,
	} {
		if got := annotation.Traefik().Reads(key) || annotation.Nginx().Reads(key); got != want {
			t.Errorf("%s: read %v, want %v", key, got, want)
		}
	}
}

func TestControlsAccess(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]bool{
		"nginx.ingress.kubernetes.io/auth-url":               true,
		"nginx.ingress.kubernetes.io/whitelist-source-range": true,
		"nginx.ingress.kubernetes.io/proxy-body-size":        false,
		"traefik.ingress.kubernetes.io/router.middlewares":   true,
	} {
		if got := annotation.ControlsAccess(key); got != want {
			t.Errorf("%s: %v, want %v", key, got, want)
		}
	}
}
