package rules_test

import (
	"fmt"
	"strings"

	acme "github.com/cert-manager/cert-manager/pkg/apis/acme/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	admission "k8s.io/api/admissionregistration/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

const (
	solverName = "cm-acme-http-solver-x7k2p"
	proofURL   = "http://" + host + "/.well-known/acme-challenge/tok"
	problemURN = "urn:ietf:params:acme:error:"
)

// publicCertificates are worlds after public reports about issuance, by folder of the corpus.
func publicCertificates() map[string]change {
	authorization := func(status int, problem, detail string) change {
		return refusedBy(fmt.Sprintf("Error accepting authorization: acme: authorization error for %s: %d %s%s: %s", host,
			status, problemURN, problem, detail))
	}
	return map[string]change{
		// cert-manager/cert-manager#5752: the solver's Ingress is of a class that nothing serves
		"public/http01-solver-class": all(overHTTP("nginx", "wrong status code '404', expected '200'"),
			proof(404, traefik404)),
		// cert-manager/cert-manager#3309, #4577: a middleware refuses the path of the challenge
		"public/http01-forbidden": all(overHTTP("traefik", "wrong status code '403', expected '200'"),
			proof(403, "Forbidden")),
		// traefik/traefik#6766, cert-manager/cert-manager#2911: all of HTTP is redirected, the proof too
		"public/http01-redirected": all(overHTTP("traefik", "wrong status code '404', expected '200'"), redirected),
		// cert-manager/cert-manager#233, #5101: the quota of the namespace leaves no room for the solver's pod
		"public/http01-quota": all(overHTTP("traefik", ""), noSolver(`pods "`+solverName+`" is forbidden: exceeded quota: `+
			`team, requested: pods=1, used: pods=10, limited: pods=10`), quota("team", "pods", "10", "10")),
		// cert-manager/cert-manager#863: the cluster does not reach its own public address
		"public/http01-hairpin": all(overHTTP("traefik", "failed to perform self check GET request '"+proofURL+"': Get \""+
			proofURL+"\": dial tcp "+address+":80: connect: connection timed out"), proof(200, "tok.thumb")),
		// cert-manager/cert-manager#4003: the CA does not reach port 80
		"public/acme-connection": all(overHTTP("traefik", ""), authorization(400, "connection", address+": Fetching "+
			proofURL+": Timeout during connect (likely firewall problem)")),
		// acmesh-official/acme.sh#1028: an AAAA record that leads nowhere
		"public/acme-connection-ipv6": all(overHTTP("traefik", ""), authorization(400, "connection",
			"2001:db8::66: Fetching "+proofURL+": Timeout during connect (likely firewall problem)"), also6("2001:db8::66")),
		// aureq/cert-manager-webhook-ovh#90
		"public/acme-no-profiles": all(pending(8), profile("tlsserver"), ordered(acme.Errored, "Failed to create Order: "+
			"acme: certificate authority does not support profiles")),
		// nginx/nginx-acme#71, in the words of Let's Encrypt
		"public/acme-profile-not-permitted": all(pending(8), profile("shortlived"), ordered(acme.Errored,
			"Failed to create Order: 403 "+problemURN+`unauthorized: account ID 1234567890 is not permitted to use `+
				`certificate profile "shortlived"`)),
		// cert-manager/cert-manager#8095: the challenge's name is an alias, and the solver does not follow it
		"public/dns01-alias-not-followed": all(pending(8), challenged(false, `while querying the Cloudflare API for POST `+
			`"/zones/z1/dns_records" `+"\n\t Error: 81053: An A, AAAA, or CNAME record with that host already exists."),
			aliased("_acme-challenge.acme.example.net"), alias("_acme-challenge."+host, "_acme-challenge.acme.example.net")),
		// cert-manager/cert-manager#7594: it is followed into a zone that the token does not see
		"public/dns01-alias-in-another-zone": all(pending(8), followed, challenged(false, "Found no Zones for domain "+
			"_acme-challenge.acme.example.net. (neither in the sub-domain nor in the SLD) please make sure your "+
			"domain-entries in the config are correct and the API key is correctly setup with Zone.read rights."),
			aliased("_acme-challenge.acme.example.net")),
		// cert-manager/cert-manager#5716, #5751: a wildcard alias is followed
		"public/dns01-wildcard-alias": all(pending(8), followed, challenged(false, "Found no Zones for domain "+
			"lb.example.net. (neither in the sub-domain nor in the SLD) please make sure your domain-entries in the "+
			"config are correct and the API key is correctly setup with Zone.read rights."),
			aliased("lb.example.net"), alias("*."+zone, "lb.example.net")),
		// cert-manager/cert-manager#5872, cert-manager/aws-privateca-issuer#252
		"public/external-issuer-annotations": all(unserved, noCertificate, annotation("cluster-issuer", "step"),
			annotation("issuer-kind", "StepClusterIssuer"), annotation("issuer-group", "certmanager.step.sm"),
			func(s *facts.Snapshot) {
				event(s, "Ingress", "frontend", "BadConfig", `Could not determine issuer for ingress due to bad annotations: `+
					`both "cert-manager.io/cluster-issuer" and "cert-manager.io/issuer-kind" may not be set`)
			}),
		// cert-manager/aws-privateca-issuer#339
		"public/external-issuer-refuses": all(pending(8), external("AWSPCAClusterIssuer", "eks", "awspca.cert-manager.io"),
			requested("Failed", `AWSPCAClusterIssuer.awspca.cert-manager.io "eks" not found`)),
		// smallstep/step-issuer, as it should be
		"healthy/external-issuer": external("StepClusterIssuer", "step", "certmanager.step.sm"),
		// cert-manager/cert-manager#3853, #3598: a policy engine refuses the solver's pod
		"public/solver-denied": all(overHTTP("traefik", ""), noSolver(`admission webhook "validation.gatekeeper.sh" denied `+
			`the request: [https-only] ingress should be https`), webhookOf("gatekeeper-validating-webhook-configuration",
			"validation.gatekeeper.sh")),
		// cert-manager/cert-manager#5499: the request itself is refused
		"public/request-denied": all(pending(8), func(s *facts.Snapshot) {
			s.CertificateRequests, s.Orders, s.Challenges = nil, nil, nil
			event(s, "Certificate", tlsName, "RequestFailed", `Failed to create CertificateRequest: admission webhook `+
				`"validate.kyverno.svc-fail" denied the request: resource CertificateRequest/develop/frontend-tls-1 was blocked`)
		}, webhookOf("kyverno-resource-validating-webhook-cfg", "validate.kyverno.svc-fail")),
		// in the words of Let's Encrypt, each of its own meaning
		"public/acme-bad-csr": all(pending(8), ordered(acme.Errored, "Failed to finalize Order: 400 "+problemURN+
			"badCSR: Error finalizing order :: invalid public key in CSR: key is not allowed")),
		"public/acme-eab-required": all(pending(8), unready("ErrRegisterACMEAccount", "Failed to register ACME account: "+
			"400 "+problemURN+"externalAccountRequired: The request must include a value for the "+
			`"externalAccountBinding" field`)),
		"public/acme-dns-of-the-name": all(overHTTP("traefik", ""), authorization(400, "dns",
			"DNS problem: SERVFAIL looking up A for "+host+" - the domain's nameservers may be malfunctioning")),
		"public/acme-server-internal": all(pending(8), ordered("", ""), func(s *facts.Snapshot) {
			requested("Pending", "Waiting on certificate issuance from order develop/frontend-tls-1-1: \"\"")(s)
			s.Logs = append(s.Logs, facts.Log{
				Component: facts.CertManager, Namespace: "cert-manager", Pod: "cert-manager-1", Container: "cert-manager",
				Lines: []facts.Line{{
					Time: ago(1).Time, Level: "error", Message: "re-queuing item due to error processing",
					Fields: map[string]string{
						"err": "error creating new order: 500 " + problemURN +
							"serverInternal: Internal server error during order creation",
						"resource_name": "frontend-tls-1-1", "logger": "cert-manager.controller",
					},
				}},
			})
		}),
	}
}

// overHTTP is an issuance by HTTP-01 whose solver is there, in a class, and whose self-check says something.
func overHTTP(class, says string) change {
	return func(s *facts.Snapshot) {
		pending(8)(s)
		reason := ""
		if says != "" {
			reason = "Waiting for HTTP-01 challenge propagation: " + says
		}
		c := &s.Challenges[0]
		c.Spec.Type, c.Spec.Token, c.Spec.Key = acme.ACMEChallengeTypeHTTP01, "tok", "tok.thumb"
		c.Spec.Solver = acme.ACMEChallengeSolver{HTTP01: &acme.ACMEChallengeSolverHTTP01{
			Ingress: &acme.ACMEChallengeSolverHTTP01Ingress{IngressClassName: &class},
		}}
		c.Status.Presented, c.Status.Reason = true, reason
		for i := range s.ClusterIssuers {
			if s.ClusterIssuers[i].Name == production {
				s.ClusterIssuers[i].Spec.ACME.Solvers = []acme.ACMEChallengeSolver{c.Spec.Solver}
			}
		}
		labels := map[string]string{"acme.cert-manager.io/http01-solver": "true"}
		pod := core.Pod{ObjectMeta: made("develop", solverName, 8), Status: core.PodStatus{Phase: core.PodRunning}}
		pod.Labels, pod.OwnerReferences = labels, owned(pod.ObjectMeta, "Challenge", c.Name).OwnerReferences
		pod.Status.Conditions = []core.PodCondition{{Type: core.PodReady, Status: core.ConditionTrue}}
		s.Pods = append(s.Pods, pod)
		service := serves("develop", solverName, 8089)
		service.Spec.Selector = labels
		s.Services = append(s.Services, service)
		exact := networking.PathTypeExact
		in := networking.Ingress{ObjectMeta: owned(made("develop", solverName, 8), "Challenge", c.Name)}
		in.Labels = labels
		in.Spec.IngressClassName = &class
		in.Spec.Rules = []networking.IngressRule{{Host: host, IngressRuleValue: networking.IngressRuleValue{
			HTTP: &networking.HTTPIngressRuleValue{Paths: []networking.HTTPIngressPath{{
				Path: "/.well-known/acme-challenge/tok", PathType: &exact, Backend: networking.IngressBackend{
					Service: &networking.IngressServiceBackend{
						Name: solverName,
						Port: networking.ServiceBackendPort{Number: 8089},
					},
				},
			}}},
		}}}
		s.Ingresses = append(s.Ingresses, in)
	}
}

// proof is what a client on the internet gets at the URL of the HTTP-01 challenge.
func proof(status int, body string) change {
	return func(s *facts.Snapshot) {
		p := s.Probes[host]
		rep := plain(status)
		rep.Request.URL, rep.HTTP.Body = proofURL, body
		p.Proof = rep
		s.Probes[host] = p
	}
}

func redirected(s *facts.Snapshot) {
	proof(301, "Moved Permanently")(s)
	to := *plain(404)
	to.Request.URL, to.HTTP.Body = strings.Replace(proofURL, "http:", "https:", 1), traefik404
	rep := s.Probes[host].Proof
	rep.HTTP.Headers, rep.Redirects = map[string]string{"Location": to.Request.URL}, []probe.Report{to}
}

// noSolver lets the API server refuse the solver's pod.
func noSolver(message string) change {
	return func(s *facts.Snapshot) {
		s.Pods = s.Pods[:len(s.Pods)-1]
		s.Ingresses, s.Services = s.Ingresses[:1], s.Services[:2]
		challenged(false, message)(s)
		event(s, "Challenge", s.Challenges[0].Name, "PresentError", "Error presenting challenge: "+message)
	}
}

// refusedBy lets the CA refuse the authorization.
func refusedBy(reason string) change {
	return func(s *facts.Snapshot) {
		invalid(reason)(s)
		requested("Failed", `Failed to wait for order resource "frontend-tls-1-1" to become ready: order is in "invalid" `+
			`state: `)(s)
		failedOnce(1)(s)
	}
}

func also6(address string) change {
	return func(s *facts.Snapshot) {
		s.Zones[0].Records = append(s.Zones[0].Records, facts.Record{
			ID: "r6", Name: host, Type: "AAAA", Content: address, TTL: 1, Created: ago(3000).Time,
		})
	}
}

func profile(name string) change {
	return func(s *facts.Snapshot) {
		for i := range s.ClusterIssuers {
			if s.ClusterIssuers[i].Name == production {
				s.ClusterIssuers[i].Spec.ACME.Profile = name
			}
		}
		s.Orders[0].Spec.Profile = name
	}
}

// aliased lets the name of the challenge be an alias in the public DNS.
func aliased(to string) change {
	return func(s *facts.Snapshot) {
		d := s.Domains[host]
		none := facts.Answer{Rcode: "NXDOMAIN", Names: []string{to}}
		d.Challenge = facts.Answers{Authority: none, Resolver: none}
		s.Domains[host] = d
	}
}

func alias(name, to string) change {
	return func(s *facts.Snapshot) {
		s.Zones[0].Records = append(s.Zones[0].Records, facts.Record{
			ID: "alias", Name: name, Type: "CNAME", Content: to, TTL: 1, Created: ago(3000).Time,
		})
	}
}

func followed(s *facts.Snapshot) {
	s.Challenges[0].Spec.Solver = acme.ACMEChallengeSolver{DNS01: &acme.ACMEChallengeSolverDNS01{
		CNAMEStrategy: acme.FollowStrategy, Cloudflare: &acme.ACMEIssuerDNS01ProviderCloudflare{
			APIToken: &cmmeta.SecretKeySelector{
				LocalObjectReference: cmmeta.LocalObjectReference{Name: "cloudflare-api-token"}, Key: "api-token",
			},
		},
	}}
}

func quota(name string, of core.ResourceName, hard, used string) change {
	return func(s *facts.Snapshot) {
		q := core.ResourceQuota{ObjectMeta: made("develop", name, 600)}
		q.Spec.Hard = core.ResourceList{of: resource.MustParse(hard)}
		q.Status = core.ResourceQuotaStatus{Hard: q.Spec.Hard, Used: core.ResourceList{of: resource.MustParse(used)}}
		s.ResourceQuotas = append(s.ResourceQuotas, q)
	}
}

// external has a controller of another project issue the certificate.
func external(kind, name, group string) change {
	return func(s *facts.Snapshot) {
		annotation("cluster-issuer", "")(s)
		annotation("issuer", name)(s)
		annotation("issuer-kind", kind)(s)
		annotation("issuer-group", group)(s)
		ref := cmmeta.IssuerReference{Kind: kind, Name: name, Group: group}
		s.Certificates[0].Spec.IssuerRef, s.Orders, s.Challenges = ref, nil, nil
		for i := range s.CertificateRequests {
			s.CertificateRequests[i].Spec.IssuerRef = ref
		}
	}
}

func webhookOf(configuration, webhook string) change {
	return func(s *facts.Snapshot) {
		c := admission.ValidatingWebhookConfiguration{ObjectMeta: made("", configuration, 600)}
		c.Webhooks = []admission.ValidatingWebhook{{Name: webhook, ClientConfig: admission.WebhookClientConfig{
			CABundle: []byte("sha256:0123456789ab"),
		}}}
		s.ValidatingWebhooks = append(s.ValidatingWebhooks, c)
	}
}
