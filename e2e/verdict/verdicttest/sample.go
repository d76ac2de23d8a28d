// Package verdicttest makes verdicts for tests of the packages that read them. It holds invented but plausible
// data with fixed times, so that golden files do not move; it knows nothing of how a verdict comes about.
package verdicttest

import (
	"time"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// Unconcluded is a run in which everything passed, before Conclude.
func Unconcluded() *verdict.Verdict {
	started := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	v := verdict.New(verdict.Suite{
		Version: "v0.1.0", GoVersion: "go1.26.8", Started: started,
		Finished: started.Add(112 * time.Second),
	})
	v.Bundle = verdict.Bundle{
		Path: "fixtures/bundles/reference", Digest: "sha256:1f0c9f1b7a5e",
		Images: []verdict.Image{
			{Name: "quay.io/jetstack/cert-manager-controller:v1.19.3", Digest: "sha256:aa11", Origin: "built"},
			{Name: "registry.k8s.io/external-dns/external-dns:v0.20.0", Digest: "sha256:bb22", Origin: "pulled"},
		},
	}
	v.Cluster = verdict.Cluster{Provider: "podman", Kubernetes: "v1.37.2"}
	var list []verdict.Spec
	for i := range v.Criteria {
		c := &v.Criteria[i]
		c.Result, c.Reason, c.Seconds = verdict.Passed, "", 0.25*float64(i+1)
		c.Evidence = []string{"seen: " + string(c.ID)}
		list = append(list, verdict.Spec{
			Name: string(c.ID) + " " + c.Text, Criteria: []criteria.ID{c.ID}, Result: verdict.Passed, Finished: true,
			Seconds: c.Seconds, Attempts: 1, File: "e2e/workflow_test.go", Line: 10 + i,
		})
	}
	v.Specs = verdict.Tally(len(list), 0, list)
	v.Faults = []verdict.Fault{{
		ID: "token-secret-missing", Title: "the Cloudflare token Secret does not exist", Layer: "shared-credential",
		Criteria:  []criteria.ID{"FP-1"},
		Expected:  []string{"shared-credential/token-secret-missing"},
		Diagnosed: []string{"shared-credential/token-secret-missing"},
		Cleared:   []string{"routing"}, Result: verdict.Passed, SecondsToDetect: 4.2, SecondsToRecover: 61.75,
		Red: []criteria.ID{"DW-1", "DW-4"}, Green: []criteria.ID{"DW-3"},
		ConventionalChecks: []verdict.ConventionalCheck{
			{Check: "kubectl get certificates -A", Output: "0 of 0 not as they should be"},
			{Check: "kubectl get pods", Noticed: true, Output: "external-dns-1 0/1 CreateContainerConfigError"},
		},
	}}
	v.Catalogue = verdict.Smoke
	v.Routes = []verdict.Route{{
		Host: "develop.safeops.work", Result: verdict.Passed, Addresses: []string{"203.0.113.10"}, Target: "203.0.113.10",
		HTTPSStatus: 200, HTTPStatus: 308, RawStatus: 404,
		Certificate: &verdict.Certificate{
			Issuer: "Pebble Intermediate CA", Names: []string{"develop.safeops.work"},
			NotAfter: started.Add(90 * 24 * time.Hour),
			Trusted:  true, Fingerprint: "sha256:0d5a",
		},
	}}
	v.Phases = []verdict.Phase{
		{Name: "create the cluster", Seconds: 14.1, FixedDelaySeconds: 12},
		{Name: "apply the bundle", Seconds: 11.25, FixedDelaySeconds: 9},
		{Name: "issue the first certificate", Seconds: 66, FixedDelaySeconds: 62},
	}
	v.Budget = verdict.NewBudget(112*time.Second, 95*time.Second)
	v.Hermetic = &verdict.Hermetic{
		Sealed: true, DroppedPackets: 3,
		Senders: []string{"pod external-dns/external-dns-5c7 " +
			"to 192.0.2.1:443/tcp: 3 packets"}, UnknownNames: []string{"update.traefik.io."},
	}
	return v
}

// Passing is Unconcluded, concluded: a pass.
func Passing() *verdict.Verdict {
	v := Unconcluded()
	v.Conclude()
	return v
}

// Failing is a bundle whose production issuer has another name: three criteria fail, one fault is not
// recognised, one spec is skipped for it and one is flaky.
func Failing() *verdict.Verdict {
	v := Unconcluded()
	const issuer = "ClusterIssuer letsencrypt-production"
	fail(v, "DW-2", "ClusterIssuer letsencrypt-production not found\nthe bundle has: letsencrypt-prod, "+
		"letsencrypt-staging", issuer)
	fail(v, "DW-4", "GET https://develop.safeops.work/: tls: certificate is not trusted (issuer \"TRAEFIK DEFAULT "+
		"CERT\")",
		"Ingress develop/frontend", "Certificate develop/frontend-tls")
	fail(v, "BL-3", "no ClusterIssuer names https://acme-v02.api.letsencrypt.org/directory as letsencrypt-production",
		issuer)
	turn(v, "WF-6", verdict.Skipped, "not tried: the issuer it needs is not ready")
	turn(v, "VC-3", verdict.Flaky, "passed at attempt 2 of 3; first: exit status 1")
	f := &v.Faults[0]
	f.Result, f.Diagnosed, f.Cleared = verdict.Failed, []string{"dns/record-missing"}, nil
	f.Reason, f.Objects = "expected shared-credential/token-secret-missing, diagnosed dns/record-missing",
		[]string{"Secret cert-manager/cloudflare-api-token"}
	r := &v.Routes[0]
	r.Result, r.HTTPSStatus, r.Reason = verdict.Failed, 0, "certificate is not trusted"
	r.Certificate = &verdict.Certificate{
		Issuer: "TRAEFIK DEFAULT CERT", NotAfter: v.Suite.Started.Add(time.Hour),
		Fingerprint: "sha256:ffee",
	}
	v.Conclude()
	return v
}

// Stopped is a run that ended before its first spec.
func Stopped() *verdict.Verdict {
	started := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	v := verdict.New(verdict.Suite{
		Version: "v0.1.0", GoVersion: "go1.26.8", Started: started,
		Finished: started.Add(time.Second),
	})
	v.Bundle.Path = "fixtures/bundles/missing"
	v.Error = &verdict.Error{
		Operation: "read the bundle", Message: "fixtures/bundles/missing is not a folder",
		Remedy: "name a folder with a kustomization.yaml: make e2e BUNDLE=path",
	}
	v.Conclude()
	return v
}

func fail(v *verdict.Verdict, id criteria.ID, reason string, objects ...string) {
	turn(v, id, verdict.Failed, reason, objects...)
}

func turn(v *verdict.Verdict, id criteria.ID, result verdict.Result, reason string, objects ...string) {
	for i := range v.Criteria {
		if c := &v.Criteria[i]; c.ID == id {
			c.Result, c.Reason, c.Objects = result, reason, objects
			s := &v.Specs.List[i]
			s.Result, s.Reason, s.Objects = result, reason, objects
			if result == verdict.Flaky {
				s.Attempts = 2
				s.History = []verdict.Attempt{
					{Result: verdict.Failed, Seconds: 1.5, Reason: "exit status 1"},
					{Result: verdict.Passed, Seconds: 0.5},
				}
			}
		}
	}
	v.Specs = verdict.Tally(v.Specs.Planned, v.Specs.Filtered, v.Specs.List)
}
