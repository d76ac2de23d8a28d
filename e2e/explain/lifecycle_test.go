package explain_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/e2e/explain"
	"github.com/edgeproof/edgeproof/e2e/report"
)

// A healthy route on components out of support: a note, and a fault with the flag for it.
func TestWhatIsOutOfSupportIsNoted(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "edge.json")
	if err := os.WriteFile(file, []byte(`{"apiVersion": "edgeproof/v1alpha1", "time": "2026-11-29T12:00:00Z", "ms": 1, "kubernetes": "v1.34.4", "parts": ["ingresses", "deployments"],
		"ingresses": [{"metadata": {"namespace": "develop", "name": "frontend"}, "spec": {"rules": [{"host": "develop.safeops.work"}]}}],
		"deployments": [{"metadata": {"namespace": "cert-manager", "name": "cert-manager"}, "spec": {"selector": {}, "template": {"spec": {"containers": [
			{"name": "controller", "image": "quay.io/jetstack/cert-manager-controller:v1.19.3"}]}}}}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, output := range report.ExplanationFormats() {
		_, out, err := run(t, explain.Options{All: true, Snapshot: file, Output: output})
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"Kubernetes 1.34: end of life since 2026-10-27", "cert-manager 1.19.3: end of life " +
			"since 2026-07-08", "is fixed in 1.19.6"} {
			if !strings.Contains(out, want) {
				t.Errorf("%s lacks %q:\n%s", output, want, out)
			}
		}
	}
}
