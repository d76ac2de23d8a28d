package criteria_test

import (
	"testing"
	"time"

	acme "github.com/cert-manager/cert-manager/pkg/apis/acme/v1"
	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

func TestDoneFaults(t *testing.T) {
	t.Parallel()
	logs := func(lines ...facts.Line) func(*facts.Snapshot) {
		return func(s *facts.Snapshot) { s.Logs[0].Lines = lines }
	}
	probed := func(change func(https, http *probe.Report)) func(*facts.Snapshot) {
		return func(s *facts.Snapshot) { change(s.Probes[host].HTTPS, s.Probes[host].HTTP) }
	}
	dns := func(a facts.Answer) func(*facts.Snapshot) {
		return func(s *facts.Snapshot) { s.DNS[host] = facts.Answers{Resolver: a} }
	}
	run(t, []fault{
		{
			"error after the last sync", "DW-1", logs(line(2, "info", "All records are already up to date"),
				line(1, "error", "Failed to do run once: soft error")), false,
			"external-dns cert-manager/external-dns: 11:59:00 error: Failed to do run once: soft error",
		},
		{
			"error in the sync that changed", "DW-1", logs(line(1, "info", "Changing record."),
				line(1, "error", "failed to create record: 10000")), false,
			"error: failed to create record: 10000",
		},
		{
			"no sync", "DW-1", logs(line(1, "info", "Created Kubernetes client")), false,
			"its log of 1 lines tells of no finished sync",
		},
		{
			"old sync", "DW-1", logs(line(9, "info", "All records are already up to date")), false,
			"last sync 9m0s ago, at an interval of 1m0s",
		},
		{"pod without its Secret", "DW-1", func(s *facts.Snapshot) {
			s.Pods[3].Status.Conditions[0].Status = core.ConditionFalse
			s.Pods[3].Status.ContainerStatuses[0].State.Waiting = &core.ContainerStateWaiting{
				Reason: "CreateContainerConfigError", Message: `secret "cloudflare-api-token" not found`,
			}
		}, false, `Pod cert-manager/external-dns-1: not ready, CreateContainerConfigError: secret "cloudflare-api-token" not found`},
		{"restart after the last sync", "DW-1", func(s *facts.Snapshot) {
			s.Pods[3].Status.ContainerStatuses[0].RestartCount = 2
			s.Pods[3].Status.ContainerStatuses[0].LastTerminationState.Terminated = &core.ContainerStateTerminated{
				ExitCode:   1,
				FinishedAt: ago(0),
			}
		}, false, "container external-dns ended with code 1 at 2026-03-01T12:00:00Z and has not synced since (2 restarts)"},
		{"silent level", "DW-1", func(s *facts.Snapshot) {
			s.Deployments[3].Spec.Template.Spec.Containers[0].Args[0] = "--log-level=error"
		}, true, "--log-level=error hides its syncs"},
		{"dry run", "DW-1", func(s *facts.Snapshot) { s.Deployments[3].Spec.Template.Spec.Containers[0].Args[0] = "--dry-run" }, true, "--dry-run writes no record"},
		{"no pod", "DW-1", func(s *facts.Snapshot) { s.Pods = nil }, false, "Deployment cert-manager/external-dns: has no " +
			"pod"},

		{"a record that came between probe and question", "DW-4", probed(func(https, http *probe.Report) {
			for _, rep := range []*probe.Report{https, http} {
				rep.OK, rep.Failed, rep.Class, rep.Error, rep.TLS, rep.HTTP = false, probe.StepResolve, probe.ClassNXDomain,
					"no such name", nil, nil
			}
		}), false, "the name had no address yet when it was probed"},

		{"not ready", "DW-2", func(s *facts.Snapshot) {
			c := &s.ClusterIssuers[0].Status.Conditions[0]
			c.Status, c.Reason, c.Message = cmmeta.ConditionFalse, "ErrRegisterACMEAccount",
				"Failed to register ACME account: x509"
		}, false, "ClusterIssuer letsencrypt-production: Ready=False, ErrRegisterACMEAccount: Failed to register ACME " +
			"account: x509"},
		{
			"no condition", "DW-2", func(s *facts.Snapshot) { s.ClusterIssuers[1].Status.Conditions = nil }, false,
			"ClusterIssuer letsencrypt-staging: has no condition Ready yet",
		},
		{
			"stale condition", "DW-2", func(s *facts.Snapshot) { s.ClusterIssuers[1].Generation = 2 }, false,
			"cert-manager has seen generation 1 of 2",
		},
		{
			"renamed", "DW-2", func(s *facts.Snapshot) { s.ClusterIssuers[0].Name = "letsencrypt-prod" }, true,
			"ClusterIssuer letsencrypt-production: not found; the bundle has letsencrypt-prod",
		},

		{
			"no TLS block", "DW-3", func(s *facts.Snapshot) { s.Ingresses[0].Spec.TLS = nil }, true,
			"Ingress develop/frontend: has no TLS block",
		},
		{
			"no annotation", "DW-3", func(s *facts.Snapshot) { s.Ingresses[0].Annotations = nil }, true,
			"Ingress develop/frontend: has no annotation cert-manager.io/cluster-issuer",
		},
		{
			"no Secret named", "DW-3", func(s *facts.Snapshot) { s.Ingresses[0].Spec.TLS[0].SecretName = "" }, true,
			"TLS block 1 names no Secret",
		},
		{
			"no host named", "DW-3", func(s *facts.Snapshot) { s.Ingresses[0].Spec.TLS[0].Hosts = nil }, true,
			"TLS block 1 names no host",
		},
		{
			"another host", "DW-3", func(s *facts.Snapshot) { s.Ingresses[0].Spec.TLS[0].Hosts = []string{"www.safeops.work"} },
			true,
			"host develop.safeops.work is in no TLS block, which has www.safeops.work",
		},
		{"no Ingress", "DW-3", func(s *facts.Snapshot) { s.Ingresses = nil }, false, "Ingress develop/frontend: not found"},

		{"no address", "DW-4", func(s *facts.Snapshot) { s.Services = nil }, false, "Service traefik/traefik: has no " +
			"load-balancer address"},
		{
			"name unknown", "DW-4", dns(facts.Answer{Rcode: "NXDOMAIN"}), false,
			"develop.safeops.work: DNS answers NXDOMAIN, " +
				"no address; the provider has A 203.0.113.10",
		},
		{
			"wrong target", "DW-4", dns(facts.Answer{Rcode: "NOERROR", Addresses: []string{"203.0.113.99"}}), false,
			"develop.safeops.work: DNS answers 203.0.113.99, the ingress controller is at 203.0.113.10",
		},
		{
			"one address too many", "DW-4", dns(facts.Answer{Rcode: "NOERROR", Addresses: []string{address, "203.0.113.99"}}),
			false, "DNS answers 203.0.113.10, 203.0.113.99",
		},
		{"DNS not queried", "DW-4", dns(facts.Answer{Error: "timeout"}), false, "DNS could not be queried: timeout"},
		{"refused", "DW-4", probed(func(h, _ *probe.Report) {
			*h = probe.Report{Failed: probe.StepConnect, Class: probe.ClassRefused, Error: "connect: connection refused"}
		}), false, "https://develop.safeops.work: connect failed, refused: connect: connection refused"},
		{"default certificate", "DW-4", probed(func(h, _ *probe.Report) {
			h.Failed, h.TLS.Verified, h.TLS.Chain[0].Subject = probe.StepTLS, false, "CN=TRAEFIK DEFAULT CERT"
		}), false, "Traefik serves its own default certificate"},
		{
			"staging root", "DW-4", probed(func(h, _ *probe.Report) {
				h.Failed, h.TLS.Verified, h.TLS.LeadsTo = probe.StepTLS, false, "staging"
			}), false,
			"the certificate leads to the staging root, not to production",
		},
		{"unknown root", "DW-4", probed(func(h, _ *probe.Report) {
			h.Failed, h.TLS.Verified, h.TLS.LeadsTo, h.TLS.VerifyError = probe.StepTLS, false, "", "unknown authority"
		}), false, "does not verify against the production root: unknown authority"},
		{
			"trusted by others", "DW-4", probed(func(h, _ *probe.Report) { h.TLS.TrustedBy = "system" }), false,
			"does not verify against the production root: trusted by system",
		},
		{
			"expired", "DW-4", probed(func(h, _ *probe.Report) { h.TLS.Chain[0].NotAfter = clock().Add(-time.Hour) }), false,
			"the certificate is over since 2026-03-01T11:00:00Z",
		},
		{
			"not begun", "DW-4", probed(func(h, _ *probe.Report) { h.TLS.Chain[0].NotBefore = clock().Add(time.Hour) }), false,
			"the certificate begins at 2026-03-01T13:00:00Z",
		},
		{
			"another name", "DW-4", probed(func(h, _ *probe.Report) { h.TLS.Chain[0].SANs = []string{"www.safeops.work"} }),
			false, "the certificate is for www.safeops.work",
		},
		{"no handshake", "DW-4", probed(func(h, _ *probe.Report) {
			h.Failed, h.TLS, h.Error = probe.StepTLS, nil,
				"handshake failure"
		}), false, "no certificate: handshake failure"},
		{
			"404", "DW-4", probed(func(h, _ *probe.Report) { h.HTTP.Status, h.HTTP.Body = 404, "404 page not found" }), false,
			"https://develop.safeops.work: answers 404, not 200: 404 page not found",
		},
		{
			"another application", "DW-4", probed(func(h, _ *probe.Report) { h.HTTP.Body = "hello" }), false,
			"another application answers: hello",
		},
		{
			"HTTP 503", "DW-4", probed(func(_, h *probe.Report) { h.HTTP.Status, h.HTTP.Body = 503, "no available server" }),
			false, "http://develop.safeops.work: answers 503: no available server",
		},
		{"HTTP closed", "DW-4", probed(func(_, h *probe.Report) {
			*h = probe.Report{Failed: probe.StepConnect, Class: probe.ClassTimeout}
		}), false, "http://develop.safeops.work: connect failed, timeout"},
		{
			"not probed", "DW-4", func(s *facts.Snapshot) { s.Probes = nil }, false,
			"https://develop.safeops.work: was not probed",
		},
		{"issuer renamed", "DW-4", func(s *facts.Snapshot) {
			s.ClusterIssuers[0].Name = "letsencrypt-prod"
			s.Certificates[0] = certificate(cmmeta.ConditionFalse, "DoesNotExist",
				"Issuing certificate as Secret does not exist")
			s.Probes[host].HTTPS.TLS.Chain[0].Subject = "CN=TRAEFIK DEFAULT CERT"
		}, true, "Certificate develop/frontend-tls: asks ClusterIssuer letsencrypt-production, which is not there"},
		{"challenge refused", "DW-4", func(s *facts.Snapshot) {
			pendingIssuance(s)
			s.Probes[host].HTTPS.TLS.Chain[0].Subject = "CN=TRAEFIK DEFAULT CERT"
		}, false, "Challenge develop/frontend-tls-1-2-3: pending for develop.safeops.work, Found no Zones for domain"},
		{"request failed", "DW-4", func(s *facts.Snapshot) {
			pendingIssuance(s)
			s.CertificateRequests[0].Status.Conditions[0].Reason = "Failed"
			s.DNS[host] = facts.Answers{}
		}, true, "CertificateRequest develop/frontend-tls-1: Failed"},
	})
}

// pendingIssuance puts a Certificate in the middle of its issuance, with a challenge that the provider refused.
func pendingIssuance(s *facts.Snapshot) {
	s.Certificates[0] = certificate(cmmeta.ConditionFalse, "DoesNotExist", "Issuing certificate as Secret does not exist")
	owned := func(name, owner string) meta.ObjectMeta {
		m := made("develop", name, 5)
		m.OwnerReferences = []meta.OwnerReference{{Name: owner}}
		return m
	}
	request := certmanager.CertificateRequest{ObjectMeta: owned("frontend-tls-1", "frontend-tls")}
	request.Status.Conditions = []certmanager.CertificateRequestCondition{{
		Type: certmanager.CertificateRequestConditionReady, Status: cmmeta.ConditionFalse, Reason: "Pending",
		Message: "Waiting on certificate issuance from order",
	}}
	s.CertificateRequests = []certmanager.CertificateRequest{request}
	s.Orders = []acme.Order{{
		ObjectMeta: owned("frontend-tls-1-2", "frontend-tls-1"),
		Status:     acme.OrderStatus{State: acme.Pending},
	}}
	challenge := acme.Challenge{ObjectMeta: owned("frontend-tls-1-2-3", "frontend-tls-1-2")}
	challenge.Spec.DNSName, challenge.Status.Reason = host, "Found no Zones for domain "+
		"_acme-challenge.develop.safeops.work."
	s.Challenges = []acme.Challenge{challenge}
}

func TestASyncThatHealed(t *testing.T) {
	t.Parallel()
	for name, lines := range map[string][]facts.Line{
		"error before a good sync": {
			line(3, "error", "Failed to do run once"),
			line(1, "info", "All records are already up to date"),
		},
		"a change with no error by it": {line(3, "error", "Failed to do run once"), line(1, "info", "Changing record.")},
		"a crash before a good sync": {
			line(3, "fatal", "Failed to do run once"),
			line(1, "info", "All records are already up to date"),
		},
	} {
		s := healthy()
		s.Logs[0].Lines = lines
		ended := &core.ContainerStateTerminated{FinishedAt: ago(3)}
		s.Pods[3].Status.ContainerStatuses[0].LastTerminationState.Terminated = ended
		if j := judged("DW-1", s, reference()); !j.Met {
			t.Errorf("%s: %v", name, j.Reasons)
		}
	}
}

func TestARedirectToHTTPSIsAnAnswer(t *testing.T) {
	t.Parallel()
	s := healthy()
	s.Probes[host].HTTP.HTTP.Status = 301
	if j := judged("DW-4", s, reference()); !j.Met {
		t.Errorf("a redirect fails DW-4: %v", j.Reasons)
	}
}

func TestNaivePassesWhereTheNameFails(t *testing.T) {
	t.Parallel()
	s := healthy()
	s.DNS[host] = facts.Answers{Resolver: facts.Answer{Rcode: "NXDOMAIN"}}
	if j := criteria.RawIPCheck(s, reference()); !j.Met || j.ID != "FP-4" {
		t.Errorf("the raw-IP check alone: %+v", j)
	}
	expect(t, judged("DW-4", s, reference()), false, "NXDOMAIN")

	s.Probes[host].RawIP.HTTP.Status = 502
	expect(t, criteria.RawIPCheck(s, reference()), false, "develop.safeops.work at 203.0.113.10: answers 502")
}
