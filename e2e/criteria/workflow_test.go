package criteria_test

import (
	"strings"
	"testing"
	"time"

	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

func TestWorkflowFaults(t *testing.T) {
	t.Parallel()
	run(t, []fault{
		{
			"token after external-dns", "WF-1", func(s *facts.Snapshot) { s.Secrets[0].CreationTimestamp = ago(15) }, true,
			"Secret cert-manager/cloudflare-api-token: is younger than Deployment cert-manager/external-dns: 5m0s after it",
		},
		{
			"token after an issuer", "WF-1", func(s *facts.Snapshot) { s.ClusterIssuers[1].CreationTimestamp = ago(31) }, true,
			"Secret cert-manager/cloudflare-api-token: is younger than ClusterIssuer letsencrypt-staging: 1m0s after it",
		},
		{
			"no token", "WF-1", func(s *facts.Snapshot) { s.Secrets = nil }, false,
			"Secret cert-manager/cloudflare-api-token: " +
				"not found",
		},

		{
			"ingress first", "WF-2", func(s *facts.Snapshot) { s.Ingresses[0].CreationTimestamp = ago(25) }, true,
			"ClusterIssuer letsencrypt-production: is younger than Ingress develop/frontend: 5m0s after it",
		},
		{
			"no external-dns", "WF-2", func(s *facts.Snapshot) { s.Deployments = nil }, false,
			"Deployment of external-dns: none in namespace cert-manager",
		},
		{"no issuer", "WF-2", func(s *facts.Snapshot) { s.ClusterIssuers = nil }, false, "ClusterIssuer " +
			"letsencrypt-production: not found; the cluster has none"},

		{
			"webhook down", "WF-3", func(s *facts.Snapshot) { s.Deployments[1].Status.AvailableReplicas = 0 }, false,
			"Deployment cert-manager/cert-manager-webhook: 0 of 1 pods available",
		},
		{"no CA injector", "WF-3", func(s *facts.Snapshot) { s.Deployments[2].Spec.Template.Spec.Containers[0].Image = "busybox" }, false, "Deployment of cert-manager-cainjector: none"},
		{
			"scaled to nothing", "WF-3", func(s *facts.Snapshot) { s.Deployments[3].Spec.Replicas = new(int32) }, true,
			"Deployment cert-manager/external-dns: is scaled to 0",
		},
		{
			"update not seen", "WF-3", func(s *facts.Snapshot) { s.Deployments[0].Generation = 2 }, false,
			"its controller has seen generation 1 of 2",
		},

		{"issuer not ready", "WF-4", func(s *facts.Snapshot) { s.ClusterIssuers[0].Status.Conditions[0].Status = cmmeta.ConditionFalse }, false, "ClusterIssuer letsencrypt-production: Ready=False"},

		{
			"no host", "WF-5", func(s *facts.Snapshot) { s.Ingresses[0].Spec.Rules[0].Host = "" }, true,
			"Ingress develop/frontend: has no rule with a host",
		},
		{
			"another host", "WF-5", func(s *facts.Snapshot) { s.Ingresses[0].Spec.Rules[0].Host = "www.safeops.work" }, true,
			"has no rule for host develop.safeops.work, only for www.safeops.work",
		},
		{
			"no TLS block", "WF-5", func(s *facts.Snapshot) { s.Ingresses[0].Spec.TLS = nil }, true,
			"Ingress develop/frontend: has no TLS block",
		},
		{
			"no annotation", "WF-5", func(s *facts.Snapshot) { s.Ingresses[0].Annotations = nil }, true,
			"has no annotation cert-manager.io/cluster-issuer",
		},
		{"no ingress", "WF-5", func(s *facts.Snapshot) { s.Ingresses = nil }, false, "Ingress develop/frontend: not found"},

		{"no record", "WF-6", func(s *facts.Snapshot) { s.Zones[0].Records = nil }, false, "record develop.safeops.work: " +
			"not at the provider yet"},
		{
			"no certificate", "WF-6", func(s *facts.Snapshot) { s.Certificates = nil }, false,
			"Certificate for Secret develop/frontend-tls: not there yet",
		},
		{
			"no request", "WF-6", func(s *facts.Snapshot) { s.Certificates, s.Ingresses[0].Annotations = nil, nil }, true,
			"Certificate for Secret develop/frontend-tls: no request for it, Ingress develop/frontend names no issuer",
		},
		{
			"certificate pending", "WF-6", pendingIssuance, false,
			"Certificate develop/frontend-tls: Ready=False, DoesNotExist",
		},
		{"certificate pending for its issuer", "WF-6", func(s *facts.Snapshot) {
			pendingIssuance(s)
			ready := &s.ClusterIssuers[0].Status.Conditions[0] // as cert-manager 1.21 says it
			ready.Status, ready.Reason, ready.Message = cmmeta.ConditionFalse, "InvalidSolver",
				`secrets "cloudflare-api-token" not found`
		}, false, `ClusterIssuer letsencrypt-production: Ready=False, InvalidSolver: secrets "cloudflare-api-token" not found`},
		{"ready and expired", "WF-6", func(s *facts.Snapshot) { s.Certificates[0].Status.NotAfter.Time = clock().Add(-time.Minute) }, false, "says Ready, but is over since 2026-03-01T11:59:00Z"},
		{
			"no Secret", "WF-6", func(s *facts.Snapshot) { s.Secrets = s.Secrets[:1] }, false,
			"Secret develop/frontend-tls: not found",
		},
		{
			"Secret without certificate", "WF-6", func(s *facts.Snapshot) { s.Secrets[1].Certificates = nil }, false,
			"Secret develop/frontend-tls: has no tls.crt",
		},
		{"Secret of another host", "WF-6", func(s *facts.Snapshot) { s.Secrets[1].Certificates[0].Names = []string{"www.safeops.work"} }, false, "its certificate is for www.safeops.work, not for develop.safeops.work"},
		{
			"Secret expired", "WF-6", func(s *facts.Snapshot) { s.Secrets[1].Certificates[0].NotAfter = clock() }, false,
			"its certificate is over since",
		},
		{
			"no TLS block", "WF-6", func(s *facts.Snapshot) { s.Ingresses[0].Spec.TLS = nil }, true,
			"has no TLS block: no certificate will be issued",
		},

		{"requested by address", "WF-7", func(s *facts.Snapshot) {
			s.Probes[host] = facts.Probe{HTTPS: s.Probes[host].RawIP, RawIP: s.Probes[host].RawIP}
		}, true, "was not requested by name over HTTPS"},
		{
			"requested over HTTP", "WF-7", func(s *facts.Snapshot) { s.Probes[host] = facts.Probe{HTTPS: s.Probes[host].HTTP} },
			true, "was not requested by name over HTTPS",
		},
		{"name fails", "WF-7", func(s *facts.Snapshot) {
			rep := s.Probes[host].HTTPS
			rep.Failed, rep.Class, rep.Error, rep.HTTP = probe.StepResolve, probe.ClassNXDomain, "no such name", nil
		}, false, "requested by name over HTTPS: resolve failed, nxdomain: no such name"},

		{
			"record by hand", "GR-1", func(s *facts.Snapshot) { s.Zones[0].Records = s.Zones[0].Records[:1] }, true,
			"record develop.safeops.work A 203.0.113.10: is made by hand",
		},
		{"second record by hand", "GR-1", func(s *facts.Snapshot) {
			s.Zones[0].Records = append(s.Zones[0].Records, facts.Record{Name: host, Type: "AAAA", Content: "2001:db8::1"})
		}, true, "record develop.safeops.work AAAA 2001:db8::1: is made by hand"},
		{"another owner", "GR-1", func(s *facts.Snapshot) {
			s.Zones[0].Records[1].Content = `"heritage=external-dns,external-dns/owner=default"`
		}, true, `belongs to owner "default", not to "sre-cluster"`},
		{"another heritage", "GR-1", func(s *facts.Snapshot) {
			s.Zones[0].Records[1].Content = `"heritage=mine,external-dns/owner=sre-cluster"`
		}, true, "is made by hand"},
		{
			"Secret by hand", "GR-1", func(s *facts.Snapshot) { s.Secrets[1].Annotations = nil }, true,
			"Secret develop/frontend-tls: is made by hand: it has no annotation " +
				"cert-manager.io/certificate-name",
		},
		{
			"Secret of no Certificate", "GR-1", func(s *facts.Snapshot) { s.Certificates = nil }, true,
			"Secret develop/frontend-tls: is made by hand: no Certificate fills it",
		},
		{"Secret of another", "GR-1", func(s *facts.Snapshot) { s.Secrets[1].Annotations["cert-manager.io/certificate-name"] = "old" }, true, "was issued for Certificate old, not for frontend-tls"},
	})
}

func TestAStepDoneTooEarlySaysWhatGoesWrong(t *testing.T) {
	t.Parallel()
	for _, c := range criteria.InTurn() {
		isStep := c.Family() == criteria.SafeWorkflow
		if (c.TooEarly != "") != isStep {
			t.Errorf("%s, too early: %q", c.ID, c.TooEarly)
		}
		if j := judged(c.ID, &facts.Snapshot{Parts: facts.All()}, reference()); isStep &&
			!strings.Contains(j.String(), c.TooEarly) {
			t.Errorf("%s does not say what goes wrong:\n%s", c.ID, j)
		}
	}
}

func TestASecretPutBackKeepsItsPlaceInTheOrder(t *testing.T) {
	t.Parallel()
	s := healthy()
	s.Secrets[0].CreationTimestamp = ago(1)
	s.Secrets[0].Annotations = map[string]string{judge.SinceAnnotation: ago(30).UTC().Format(time.RFC3339)}
	if j := judged("WF-1", s, reference()); !j.Met {
		t.Errorf("WF-1: %v", j.Reasons)
	}
}

func TestRegistryNames(t *testing.T) {
	t.Parallel()
	for _, affix := range []struct{ arg, name string }{
		{"--txt-prefix=own.", "own.a-develop.safeops.work"},
		{"--txt-prefix=%{record_type}-own-", "a-own-develop.safeops.work"},
		{"--txt-suffix=-own", "a-develop-own.safeops.work"},
		{"--txt-suffix=-%{record_type}", "develop-a.safeops.work"},
		{"--policy=sync", "develop.safeops.work"}, // before the type was part of the name
	} {
		s := healthy()
		args := &s.Deployments[3].Spec.Template.Spec.Containers[0].Args
		*args = append(*args, affix.arg)
		s.Zones[0].Records[1].Name = affix.name
		if j := judged("GR-1", s, reference()); !j.Met {
			t.Errorf("%s: %v", affix.arg, j.Reasons)
		}
	}
}
