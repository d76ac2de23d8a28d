package criteria_test

import (
	"slices"
	"strings"
	"testing"

	networking "k8s.io/api/networking/v1"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

func TestFailuresAreExplained(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		spoil  func(*facts.Snapshot)
		met    bool
		states string // a part of the evidence or of the reasons
	}{
		{
			"a cause with a name", func(s *facts.Snapshot) { s.Ingresses[0].Status.LoadBalancer.Ingress = nil }, true,
			host + ": routing/ingress-status-empty",
		},
		{
			"no cause found", func(s *facts.Snapshot) { s.Probes[host].HTTPS.HTTP.Status = 418 }, false,
			host + ": is not healthy, and no cause is named",
		},
		{"nothing seen", func(s *facts.Snapshot) { *s = facts.Snapshot{} }, false, host + ": "},
	} {
		s := healthy()
		s.Ingresses[0].Status.LoadBalancer.Ingress = []networking.IngressLoadBalancerIngress{{IP: address}}
		c.spoil(s)
		j := judged("DW-5", s, reference())
		if text := strings.Join(slices.Concat(j.Evidence, j.Reasons), "\n"); j.Met != c.met ||
			!strings.Contains(text, c.states) {
			t.Errorf("%s: %s\nwant %q", c.name, j, c.states)
		}
	}
	none := reference()
	none.Routes = nil
	if j := judged("DW-5", healthy(), none); j.Met {
		t.Errorf("without a route: %s", j)
	}
}

// A layer in which a cause may lie is one that the criterion promises to name.
func TestEveryLayerIsPromised(t *testing.T) {
	t.Parallel()
	c, _ := criteria.Lookup("DW-5")
	for _, layer := range diagnose.Layers() {
		words := strings.Split(string(layer), "-")
		if word := words[len(words)-1]; !strings.Contains(strings.ToLower(c.Text), word) {
			t.Errorf("%s names no %s: %s", c.ID, word, c.Text)
		}
	}
}

func TestCausesAreNamedByLayerAndCode(t *testing.T) {
	t.Parallel()
	d := diagnose.Diagnosis{Causes: []diagnose.Finding{
		{Layer: diagnose.Credential, Code: "token-secret-missing"}, {Layer: diagnose.DNS, Code: "record-missing"},
	}}
	want := []string{"shared-credential/token-secret-missing", "dns/record-missing"}
	if got := criteria.Causes(d); !slices.Equal(got, want) {
		t.Errorf("causes %q, want %q", got, want)
	}
}
