package evidence_test

import (
	"slices"
	"testing"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/evidence"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

func TestObjectsAreWhatReasonsNameFirst(t *testing.T) {
	t.Parallel()
	got := evidence.Objects([]string{
		"Ingress develop/frontend: names no issuer", "ClusterIssuer letsencrypt: is not there: 404",
		"nothing was there to judge",
		"snapshot: holds no logs", "kubectl get pods: shows none",
	})
	if want := []string{"Ingress develop/frontend", "ClusterIssuer letsencrypt"}; !slices.Equal(got, want) {
		t.Errorf("objects %q, want %q", got, want)
	}
}

func TestOneCauseOfTwoHostsIsOneFinding(t *testing.T) {
	t.Parallel()
	secret := diagnose.Finding{
		Layer: "shared-credential", Code: "token-secret-missing", Object: "Secret external-dns/token",
		Summary:  "it is not there",
		Evidence: []diagnose.Evidence{{Source: "Secret external-dns/token", Text: "not found"}},
	}
	other := diagnose.Finding{Layer: "dns", Code: "record-missing", Object: "b.example.org"}
	a := diagnose.Diagnosis{Target: diagnose.Target{Host: "a.example.org"}, Causes: []diagnose.Finding{secret}}
	b := diagnose.Diagnosis{Target: diagnose.Target{Host: "b.example.org"}, Causes: []diagnose.Finding{secret, other}}
	found := evidence.Findings([]diagnose.Diagnosis{a, b})
	if len(found) != 2 || found[0].Cause() != "shared-credential/token-secret-missing" ||
		!slices.Equal(found[0].Hosts, []string{"a.example.org", "b.example.org"}) {
		t.Fatalf("findings %+v, want the Secret's of both hosts, and the record's", found)
	}
	if !slices.Equal(found[0].Evidence, []string{"Secret external-dns/token: not found"}) ||
		!slices.Equal(found[1].Hosts, []string{"b.example.org"}) {
		t.Errorf("findings %+v", found)
	}
}

// Where nothing was seen, no route works.
func TestRoutesOfAnEmptyCluster(t *testing.T) {
	t.Parallel()
	target := judge.Reference()
	s := &facts.Snapshot{}
	target.Routes = []judge.Route{{
		Source: edge.Source{Kind: edge.Ingress, Namespace: "develop", Name: "frontend"},
		Hosts:  []string{"develop.safeops.work"},
	}}
	routes := evidence.Routes(s, target)
	if len(routes) != 1 || routes[0].Result != verdict.Failed || routes[0].Reason == "" ||
		routes[0].Host != "develop.safeops.work" {
		t.Errorf("routes %+v, want one failed with a reason", routes)
	}
}
