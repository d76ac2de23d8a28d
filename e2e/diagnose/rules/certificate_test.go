package rules_test

import (
	"testing"
	"time"

	acme "github.com/cert-manager/cert-manager/pkg/apis/acme/v1"
	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	networking "k8s.io/api/networking/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const (
	tlsName   = "frontend-tls"
	certName  = "Certificate develop/frontend-tls"
	orderIs   = "Order develop/frontend-tls-1-1"
	challenge = "Challenge develop/frontend-tls-1-1-1"
	staging   = "letsencrypt-staging"
	unspread  = `Waiting for DNS-01 challenge propagation: DNS record for "` + host + `" not yet propagated`
)

func TestCertificate(t *testing.T) {
	t.Parallel()
	check(t, certificateRows())
}

// certificateRows has a row for each pattern of the certificate layer, and rows that must not be mistaken for them.
func certificateRows() []row {
	return []row{
		{
			name: "crds-missing", change: all(unserved, noKinds), cause: "crds-missing",
			object: "CustomResourceDefinition certificates.cert-manager.io", remedy: "cert-manager.crds.yaml",
			certificate: diagnose.Broken,
		},
		{
			name: "controller-down: scaled to nothing", change: scaled(facts.CertManager, 0),
			cause: "controller-down", object: "Deployment cert-manager/cert-manager", remedy: "kubectl -n cert-manager scale " +
				"deployment cert-manager --replicas=1", certificate: diagnose.Broken,
		},
		{
			name: "controller-down: does not work", change: all(pending(3), func(s *facts.Snapshot) {
				s.Certificates[0].Status = certmanager.CertificateStatus{}
				s.Certificates[0].CreationTimestamp = ago(3)
				s.CertificateRequests, s.Orders, s.Challenges = nil, nil, nil
			}),
			cause: "controller-down", object: "Deployment cert-manager/cert-manager",
			remedy: "rollout restart deployment/cert-manager", certificate: diagnose.Broken,
		},
		{
			name: "webhook-not-ready: down", change: all(unserved, noCertificate, scaled(facts.Webhook, 0)),
			cause: "webhook-not-ready", object: "Deployment cert-manager/cert-manager-webhook",
			remedy: "scale deployment cert-manager-webhook", certificate: diagnose.Broken,
		},
		{
			name: "webhook-not-ready: its CA was not injected", change: all(unserved, noCertificate, blankBundle),
			cause: "webhook-not-ready", object: "Deployment cert-manager/cert-manager-cainjector", seen: "caBundle",
			certificate: diagnose.Broken,
		},
		{
			name: "webhook-not-ready: not reached", change: all(pending(3), func(s *facts.Snapshot) {
				s.CertificateRequests, s.Orders, s.Challenges = nil, nil, nil
				event(s, "Certificate", tlsName, "RequestFailed",
					`Failed to create CertificateRequest: Internal error occurred: failed calling webhook "webhook.cert-manager.io": failed to call webhook: Post "https://cert-manager-webhook.cert-manager.svc:443/validate?timeout=30s": context deadline exceeded`)
			}),
			cause: "webhook-not-ready", object: "Deployment cert-manager/cert-manager-webhook", seen: "deadline exceeded",
			certificate: diagnose.Broken,
		},
		{
			name: "no-issuer-annotation", change: all(unserved, noCertificate, annotation("cluster-issuer", "")),
			cause: "no-issuer-annotation", object: frontend, remedy: "kubectl -n develop annotate ingress frontend " +
				"--overwrite cert-manager.io/cluster-issuer=letsencrypt-production", certificate: diagnose.Broken,
		},
		{
			name: "no-issuer-annotation: misspelt", change: all(unserved, noCertificate, annotation("cluster-issuer", ""),
				annotation("clusterissuer", production)),
			cause: "no-issuer-annotation", object: frontend, seen: "cert-manager.io/clusterissuer is not one",
			certificate: diagnose.Broken,
		},
		{
			name: "no-issuer-annotation: lost after the issuance", change: annotation("cluster-issuer", ""),
			cause: "no-issuer-annotation", object: frontend, certificate: diagnose.Broken,
		},
		{
			name:   "a Certificate made by hand needs no annotation",
			change: all(annotation("cluster-issuer", ""), func(s *facts.Snapshot) { s.Certificates[0].OwnerReferences = nil }),
		},
		{
			name: "both-issuer-annotations", change: all(unserved, noCertificate, annotation("issuer", "mine"),
				func(s *facts.Snapshot) {
					event(s, "Ingress", "frontend", "BadConfig", `Could not determine issuer for ingress due to bad annotations: both "cert-manager.io/issuer" and "cert-manager.io/cluster-issuer" may not be set`)
				}),
			cause: "both-issuer-annotations", object: frontend, remedy: "cert-manager.io/issuer-", seen: "may not be set",
			certificate: diagnose.Broken,
		},
		{
			name: "tls-block-invalid: no Secret", change: all(unserved, noCertificate, func(s *facts.Snapshot) {
				s.Ingresses[0].Spec.TLS[0].SecretName = ""
				event(s, "Ingress", "frontend", "BadConfig", "Skipped a TLS block: spec.tls[0].secretName: Required value")
			}),
			cause: "tls-block-invalid", object: frontend, remedy: "/spec/tls/0/secretName", seen: "Required value",
			certificate: diagnose.Broken,
		},
		{
			name: "tls-block-invalid: one Secret twice", change: all(unserved, noCertificate, func(s *facts.Snapshot) {
				blocks := &s.Ingresses[0].Spec.TLS
				*blocks = append(*blocks, networking.IngressTLS{Hosts: []string{"other.safeops.work"}, SecretName: tlsName})
			}),
			cause: "tls-block-invalid", object: frontend, seen: "as another block does", certificate: diagnose.Broken,
		},
		{
			name: "bad-annotation-value-silent", change: all(unserved, noCertificate, annotation("duration", "90days")),
			cause: "bad-annotation-value-silent", object: frontend, remedy: "cert-manager.io/duration-",
			certificate: diagnose.Broken,
		},
		{
			name:   "bad-annotation-value-silent: with a Certificate from before",
			change: annotation("private-key-algorithm", "rsa"), note: "bad-annotation-value-silent", object: frontend,
		},
		{
			name: "shared-secret-name-across-ingresses", change: all(misnamed, func(s *facts.Snapshot) {
				s.Certificates[0].Spec.DNSNames = []string{"other.safeops.work"}
				s.Certificates[0].OwnerReferences = []meta.OwnerReference{controller("Ingress", "other")}
			}),
			cause: "shared-secret-name-across-ingresses", object: frontend, seen: "Ingress develop/other",
			certificate: diagnose.Broken,
		},
		{
			name: "manual-certificate-collides: without the host", change: all(misnamed, func(s *facts.Snapshot) {
				s.Certificates[0].Spec.DNSNames = []string{"other.safeops.work"}
				s.Certificates[0].OwnerReferences = nil
			}),
			cause: "manual-certificate-collides", object: certName,
			remedy: "kubectl -n develop delete certificate frontend-tls", certificate: diagnose.Broken,
		},
		{
			name: "manual-certificate-collides: two for one Secret", change: func(s *facts.Snapshot) {
				extra := *s.Certificates[0].DeepCopy()
				extra.Name, extra.OwnerReferences = "by-hand", nil
				set(&extra, certmanager.CertificateConditionReady, cmmeta.ConditionFalse, "IncorrectCertificate",
					`Secret was issued for "frontend-tls". If this message is not transient, you might have two conflicting Certificates pointing to the same secret.`)
				s.Certificates = append(s.Certificates, extra)
			},
			cause: "manual-certificate-collides", object: "Certificate develop/by-hand", certificate: diagnose.Broken,
		},
		{
			name: "issuer-name-not-found", change: all(pending(3), named("ClusterIssuer", "letsencrypt-prod"),
				requested("Pending", `Referenced "ClusterIssuer" not found: clusterissuer.cert-manager.io "letsencrypt-prod" not found`)),
			cause: "issuer-name-not-found", object: frontend, remedy: "cert-manager.io/cluster-issuer=letsencrypt-production",
			seen: `Referenced "ClusterIssuer" not found`, certificate: diagnose.Broken,
		},
		{
			name: "issuer-vs-cluster-issuer", change: all(pending(3), named("Issuer", production),
				requested("Pending", `Referenced "Issuer" not found: issuer.cert-manager.io "letsencrypt-production" not found`)),
			cause: "issuer-vs-cluster-issuer", object: frontend, remedy: "cert-manager.io/issuer- " +
				"cert-manager.io/cluster-issuer=letsencrypt-production", certificate: diagnose.Broken,
		},
		{
			name: "clusterissuer-not-ready", change: all(pending(3),
				unready("ErrUpdateACMEAccount", "Failed to update ACME account: 500 urn:ietf:params:acme:error:serverInternal: "+
					"oops")),
			cause: "clusterissuer-not-ready", object: "ClusterIssuer letsencrypt-production",
			remedy: "kubectl describe clusterissuer letsencrypt-production", certificate: diagnose.Broken,
		},
		{
			name: "acme-account-key: not of type RSA", change: all(pending(3),
				unready("ErrVerifyACMEAccount", `ACME private key in "letsencrypt-production" is not of type RSA`)),
			cause: "acme-account-key", object: "Secret cert-manager/letsencrypt-production",
			remedy: "kubectl -n cert-manager delete secret letsencrypt-production", certificate: diagnose.Broken,
		},
		{
			name: "acme-account-key: of another account", change: all(pending(3),
				ordered(acme.Errored, "Failed to create Order: 400 urn:ietf:params:acme:error:accountDoesNotExist: unable to "+
					"find "+
					"account")),
			cause: "acme-account-key", object: "Secret cert-manager/letsencrypt-production", certificate: diagnose.Broken,
		},
		{
			name: "acme-invalid-contact", change: all(pending(3),
				unready("ErrRegisterACMEAccount", `Failed to register ACME account: 400 urn:ietf:params:acme:error:invalidContact: Error validating contact(s) :: contact email has forbidden domain "example.com"`)),
			cause: "acme-invalid-contact", object: "ClusterIssuer letsencrypt-production",
			remedy: "kubectl patch clusterissuer letsencrypt-production", certificate: diagnose.Broken,
		},
		{
			name: "acme-unreachable", change: all(pending(3),
				unready("ErrRegisterACMEAccount", `Failed to register ACME account: Get "https://acme-v02.api.letsencrypt.org/directory": dial tcp 172.65.32.248:443: i/o timeout`)),
			cause: "acme-unreachable", object: "ClusterIssuer letsencrypt-production",
			remedy: "https://acme-v02.api.letsencrypt.org/directory", certificate: diagnose.Broken,
		},
		{
			name: "acme-unreachable: an answer that is no problem document (1.21.2)",
			change: all(pending(3), unready("ErrRegisterACMEAccount",
				`Failed to register ACME account: the ACME server returned an HTTP 502 response which is not an RFC 8555 problem document`)),
			cause: "acme-unreachable", object: "ClusterIssuer letsencrypt-production", certificate: diagnose.Broken,
		},
		{
			name: "acme-unreachable: the name leads to Traefik",
			change: all(pending(3), unready("ErrRegisterACMEAccount",
				`Failed to register ACME account: Get "https://acme-v02.api.letsencrypt.org/directory": tls: failed to verify certificate: x509: certificate is valid for 0f.1e.traefik.default, not acme-v02.api.letsencrypt.org`)),
			cause: "acme-unreachable", object: "ClusterIssuer letsencrypt-production", seen: "traefik.default",
			certificate: diagnose.Broken,
		},
		{
			name: "clock-skew", change: all(pending(3), unready("ErrRegisterACMEAccount",
				`Failed to register ACME account: Get "https://acme-v02.api.letsencrypt.org/directory": tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2029-01-01T00:00:00Z is after 2026-05-01T00:00:00Z`)),
			cause: "clock-skew", seen: "2029-01-01T00:00:00Z", certificate: diagnose.Broken,
		},
		{
			name: "an expired certificate of the ACME server is no clock skew",
			change: all(pending(3), unready("ErrRegisterACMEAccount",
				`Failed to register ACME account: Get "https://acme-v02.api.letsencrypt.org/directory": tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time `+clock().Add(-time.Minute).Format(time.RFC3339)+` is after 2025-05-01T00:00:00Z`)),
			cause: "acme-unreachable", object: "ClusterIssuer letsencrypt-production", certificate: diagnose.Broken,
		},
		{
			name: "order-not-created", change: all(pending(10), ordered("", ""),
				requested("Pending", `Waiting on certificate issuance from order develop/frontend-tls-1-1: ""`)),
			cause: "order-not-created", object: orderIs, remedy: "logs deploy/cert-manager", certificate: diagnose.Broken,
		},
		{
			name: "rejected-identifier", change: all(pending(3),
				ordered(acme.Errored, `Failed to create Order: 400 urn:ietf:params:acme:error:rejectedIdentifier: Cannot issue for "develop.safeops.work": Domain name does not end with a valid public suffix (TLD)`)),
			cause: "rejected-identifier", object: frontend, certificate: diagnose.Broken,
		},
		{
			name: "acme-rate-limited", change: all(pending(3), failedOnce(1),
				ordered(acme.Errored, rateLimit(clock().Add(time.Hour)))),
			cause: "acme-rate-limited", object: orderIs, seen: "until", certificate: diagnose.Broken,
		},
		{
			name: "acme-rate-limited is over: back-off", change: all(pending(3), failedOnce(2),
				ordered(acme.Errored, rateLimit(clock().Add(-time.Minute)))),
			note: "issuance-backoff", object: certName, certificate: diagnose.Waiting,
		},
		{
			name: "propagation-never-seen", change: all(pending(12), challenged(true, unspread)),
			cause: "propagation-never-seen", object: challenge, remedy: "dig TXT _acme-challenge.develop.safeops.work",
			certificate: diagnose.Broken,
		},
		{
			name: "propagation-never-seen: the provider has the record, and its name server does not show it",
			change: all(pending(2), challenged(true, unspread), txt("t1", `"the-right-answer"`), func(s *facts.Snapshot) {
				s.Zones[0].Records[len(s.Zones[0].Records)-1].Created = clock().Add(-100 * time.Second)
			}),
			cause: "propagation-never-seen", object: challenge, seen: "the provider has it", certificate: diagnose.Broken,
		},
		{
			name: "issuance-under-way: a propagation of a minute", change: all(pending(1), challenged(true, unspread)),
			note: "issuance-under-way", object: certName, certificate: diagnose.Waiting,
		},
		{
			name: "split-horizon", change: all(pending(3), challenged(true,
				`Waiting for DNS-01 challenge propagation: Could not determine authoritative nameservers for "_acme-challenge.develop.safeops.work."`)),
			cause: "split-horizon", object: "Deployment cert-manager/cert-manager",
			remedy: "--dns01-recursive-nameservers-only", certificate: diagnose.Broken,
		},
		{
			name: "split-horizon: the cluster's DNS has the zone",
			change: all(pending(12), challenged(true, unspread), func(s *facts.Snapshot) {
				s.ClusterDNS = ".:53 {\n    forward . 10.0.0.2\n}\nsafeops.work:53 {\n    hosts {\n        10.0.0.3 " +
					"develop.safeops.work\n    }\n}\n"
			}),
			cause: "split-horizon", object: "Deployment cert-manager/cert-manager", seen: "server block",
			certificate: diagnose.Broken,
		},
		{
			name: "port-53-blocked", change: all(pending(3),
				challenged(true, `Waiting for DNS-01 challenge propagation: dial tcp 173.245.58.1:53: i/o timeout`)),
			cause: "port-53-blocked", object: "Deployment cert-manager/cert-manager", remedy: "https://1.1.1.1/dns-query",
			certificate: diagnose.Broken,
		},
		{
			name:   "port-53-blocked: something in between refuses",
			change: all(pending(3), challenged(true, `Waiting for DNS-01 challenge propagation: NS ada.ns.cloudflare.com.:53 returned REFUSED for _acme-challenge.develop.safeops.work.`)),
			cause:  "port-53-blocked", object: "Deployment cert-manager/cert-manager", certificate: diagnose.Broken,
		},
		{
			name:   "port-53-blocked on the walk to the SOA",
			change: all(pending(3), challenged(true, `Waiting for DNS-01 challenge propagation: Could not determine the zone for "_acme-challenge.develop.safeops.work.": read udp 10.244.0.9:4242->10.96.0.10:53: i/o timeout`)),
			cause:  "port-53-blocked", object: "Deployment cert-manager/cert-manager", certificate: diagnose.Broken,
		},
		{
			name: "servfail-or-dnssec", change: all(pending(3),
				challenged(true, `Waiting for DNS-01 challenge propagation: Could not determine the zone for "_acme-challenge.develop.safeops.work.": When querying the SOA record for the domain '_acme-challenge.develop.safeops.work.' using nameservers [10.96.0.10:53], rcode was expected to be 'NOERROR' or 'NXDOMAIN', but got 'SERVFAIL'`)),
			cause: "servfail-or-dnssec", object: "zone safeops.work", remedy: "dig +cd SOA safeops.work",
			certificate: diagnose.Broken,
		},
		{
			name: "stale-or-wrong-txt", change: all(pending(3), failedOnce(1),
				invalid(`Error accepting authorization: acme: authorization error for develop.safeops.work: 403 urn:ietf:params:acme:error:unauthorized: Incorrect TXT record "old" (and 1 more) found at _acme-challenge.develop.safeops.work`), txt("t7", `"old"`)),
			cause: "stale-or-wrong-txt", object: "record _acme-challenge.develop.safeops.work TXT",
			seen: "before 1.20 leaves one behind", remedy: "dns_records/t7", certificate: diagnose.Broken,
		},
		{
			name: "stale-or-wrong-txt, in Pebble's words", change: all(pending(3), failedOnce(1),
				invalid(`Error accepting authorization: acme: authorization error for develop.safeops.work: 403 urn:ietf:params:acme:error:unauthorized: Correct value not found for DNS challenge`), txt("t7", `"old"`)),
			cause: "stale-or-wrong-txt", object: "record _acme-challenge.develop.safeops.work TXT", remedy: "dns_records/t7",
			certificate: diagnose.Broken,
		},
		{
			name: "stale-or-wrong-txt that is gone: back-off",
			change: all(pending(30), failedOnce(1), failedAgo(20),
				invalid(`Error accepting authorization: acme: authorization error for develop.safeops.work: 403 urn:ietf:params:acme:error:unauthorized: Incorrect TXT record "old" found at _acme-challenge.develop.safeops.work`)),
			note: "issuance-backoff", object: certName, certificate: diagnose.Waiting,
		},
		{
			name: "le-secondary-validation", change: all(pending(3), failedOnce(1),
				invalid(`Error accepting authorization: acme: authorization error for develop.safeops.work: 403 urn:ietf:params:acme:error:unauthorized: During secondary validation: No TXT record found at _acme-challenge.develop.safeops.work`)),
			cause: "le-secondary-validation", object: challenge, remedy: "cmctl renew -n develop frontend-tls",
			certificate: diagnose.Broken,
		},
		{
			name: "caa-forbids", change: all(pending(3), failedOnce(1),
				invalid(`Error accepting authorization: acme: authorization error for develop.safeops.work: 403 urn:ietf:params:acme:error:caa: CAA record for safeops.work prevents issuance`), caa(`0 issue "digicert.com"`)),
			cause: "caa-forbids", object: "record safeops.work CAA", remedy: "letsencrypt.org", certificate: diagnose.Broken,
		},
		{
			name: "caa-forbids, by its detail alone", change: all(pending(3), failedOnce(1),
				invalid(`CAA record for safeops.work prevents issuance`), caa(`0 issue "digicert.com"`)),
			cause: "caa-forbids", object: "record safeops.work CAA", certificate: diagnose.Broken,
		},
		{
			name: "caa-forbids is mended: back-off", change: all(pending(3), failedOnce(1),
				invalid(`Error accepting authorization: acme: authorization error for develop.safeops.work: 403 urn:ietf:params:acme:error:caa: CAA record for safeops.work prevents issuance`), caa(`0 issue "letsencrypt.org"`)),
			note: "issuance-backoff", object: certName, certificate: diagnose.Waiting,
		},
		{
			name: "challenge-queued-behind-sibling", change: all(pending(3), queue),
			note: "challenge-queued-behind-sibling", object: "Challenge staging/web-1-1-1",
			remedy: "kubectl -n staging delete challenge web-1-1-1", certificate: diagnose.Waiting,
		},
		{
			name: "challenge-cleanup-stuck", change: leftover, note: "challenge-cleanup-stuck",
			object: "Challenge develop/frontend-tls-0-1-1", remedy: "finalizers",
		},
		{
			name: "present-backoff", change: all(pending(3),
				challenged(false, `while querying the Cloudflare API for GET "/zones?name=safeops.work" 	 Error: 9109: Invalid access token`), func(s *facts.Snapshot) {
					event(s, "Challenge", "frontend-tls-1-1-1", "PresentError", "Error presenting challenge: Error: 9109: Invalid "+
						"access token")
				}),
			note: "present-backoff", object: challenge, remedy: "kubectl -n develop delete order frontend-tls-1-1",
			certificate: diagnose.Waiting,
		},
		{
			name: "issuance-backoff", change: all(pending(3), failedOnce(3), ordered(acme.Invalid, "")),
			note: "issuance-backoff", object: certName, seen: "3 failed attempts",
			remedy: "cmctl renew -n develop frontend-tls", certificate: diagnose.Waiting,
		},
		{
			name: "issuance-backoff of a renewal, while the certificate serves", change: all(issuance(3), failedOnce(1),
				ordered(acme.Errored, "429 urn:ietf:params:acme:error:userActionRequired: Terms of service have changed")),
			note: "issuance-backoff", object: certName,
		},
		{
			name: "staging-issuer-in-production", change: staged,
			cause: "staging-issuer-in-production", object: frontend,
			remedy: "cert-manager.io/cluster-issuer=letsencrypt-production", certificate: diagnose.Broken,
		},
		{
			name: "expired-not-renewed, and Ready=True", change: all(expired, func(s *facts.Snapshot) {
				over := ago(60)
				s.Certificates[0].Status.NotAfter, s.Certificates[0].Status.RenewalTime = &over, &over
			}),
			cause: "expired-not-renewed", object: certName, seen: "although the Certificate reports Ready=True",
			remedy: "cmctl renew -n develop frontend-tls", certificate: diagnose.Broken,
		},
		{
			name: "expired-cert-served", change: expired, cause: "expired-cert-served", object: "Secret develop/frontend-tls",
			remedy: "kubectl -n develop delete secret frontend-tls", certificate: diagnose.Broken,
		},
	}
}
