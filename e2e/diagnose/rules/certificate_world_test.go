package rules_test

import (
	"time"

	acme "github.com/cert-manager/cert-manager/pkg/apis/acme/v1"
	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	admission "k8s.io/api/admissionregistration/v1"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

// This file breaks the certificate layer of a healthy world, one way each.

func set(c *certmanager.Certificate, kind certmanager.CertificateConditionType, status cmmeta.ConditionStatus, reason,
	message string,
) {
	at := ago(2)
	cond := certmanager.CertificateCondition{
		Type: kind, Status: status, Reason: reason, Message: message,
		LastTransitionTime: &at, ObservedGeneration: c.Generation,
	}
	for i := range c.Status.Conditions {
		if c.Status.Conditions[i].Type == kind {
			c.Status.Conditions[i] = cond
			return
		}
	}
	c.Status.Conditions = append(c.Status.Conditions, cond)
}

func controller(kind, name string) meta.OwnerReference {
	yes := true
	return meta.OwnerReference{Kind: kind, Name: name, Controller: &yes}
}

func event(s *facts.Snapshot, kind, name, reason, message string) {
	e := core.Event{InvolvedObject: core.ObjectReference{Kind: kind, Namespace: "develop", Name: name}}
	e.Reason, e.Message, e.LastTimestamp = reason, message, ago(2)
	s.Events = append(s.Events, e)
}

// unserved is what clients meet while there is no certificate: Traefik's own.
func unserved(s *facts.Snapshot) {
	var kept []facts.Secret
	for _, secret := range s.Secrets {
		if secret.Name != tlsName {
			kept = append(kept, secret)
		}
	}
	s.Secrets = kept
	serve(s, func(c *probe.Handshake) {
		c.Verified, c.TrustedBy, c.LeadsTo = false, "", ""
		c.VerifyError = "x509: certificate is valid for 0f.1e.traefik.default, not " + host
		c.Chain[0].Subject, c.Chain[0].Issuer, c.Chain[0].SANs = "CN=TRAEFIK DEFAULT CERT", "CN=TRAEFIK DEFAULT CERT",
			[]string{"0f.1e.traefik.default"}
		c.Chain[0].SHA256 = "default"
	})
}

func noCertificate(s *facts.Snapshot) {
	s.Certificates, s.CertificateRequests, s.Orders, s.Challenges = nil, nil, nil, nil
}

func noKinds(s *facts.Snapshot) {
	noCertificate(s)
	s.ClusterIssuers, s.Issuers = nil, nil
	for _, p := range []facts.Part{
		facts.Certificates, facts.CertificateRequests, facts.Orders, facts.Challenges,
		facts.ClusterIssuers, facts.Issuers,
	} {
		s.Errors = append(s.Errors, facts.Error{Part: p, Reason: "NotFound", Message: "list " + string(p) +
			": the server could not find the requested resource"})
	}
}

func blankBundle(s *facts.Snapshot) {
	s.ValidatingWebhooks = []admission.ValidatingWebhookConfiguration{{
		ObjectMeta: meta.ObjectMeta{Name: "cert-manager-webhook"},
		Webhooks:   []admission.ValidatingWebhook{{Name: "webhook.cert-manager.io"}},
	}}
}

// annotation sets an annotation of cert-manager, or removes it.
func annotation(key, value string) change {
	return func(s *facts.Snapshot) {
		if key = "cert-manager.io/" + key; value == "" {
			delete(s.Ingresses[0].Annotations, key)
			return
		}
		s.Ingresses[0].Annotations[key] = value
	}
}

// misnamed is what clients meet when the certificate is for another host.
func misnamed(s *facts.Snapshot) {
	for i := range s.Secrets {
		if s.Secrets[i].Name == tlsName {
			s.Secrets[i].Certificates[0].Names = []string{"other.safeops.work"}
		}
	}
	serve(s, func(c *probe.Handshake) {
		c.Verified, c.TrustedBy, c.VerifyError = false, "", "x509: certificate is valid for other.safeops.work, not "+host
		c.Chain[0].SANs = []string{"other.safeops.work"}
	})
}

// pending begins the first issuance so many minutes ago: everything is there but the certificate.
func pending(minutes int) change {
	return func(s *facts.Snapshot) {
		unserved(s)
		c := &s.Certificates[0]
		c.Status = certmanager.CertificateStatus{}
		c.CreationTimestamp = ago(minutes)
		set(c, certmanager.CertificateConditionReady, cmmeta.ConditionFalse, "DoesNotExist",
			"Issuing certificate as Secret does not exist")
		set(c, certmanager.CertificateConditionIssuing, cmmeta.ConditionTrue, "DoesNotExist",
			"Issuing certificate as Secret does not exist")
		issuance(minutes)(s)
	}
}

// issuance is a CertificateRequest, its Order and a Challenge, made so many minutes ago.
func issuance(minutes int) change {
	return func(s *facts.Snapshot) {
		c := &s.Certificates[0]
		request := certmanager.CertificateRequest{ObjectMeta: meta.ObjectMeta{
			Namespace: "develop", Name: "frontend-tls-1", CreationTimestamp: ago(minutes),
			Annotations:     map[string]string{certmanager.CertificateNameKey: tlsName},
			OwnerReferences: []meta.OwnerReference{controller("Certificate", tlsName)},
		}}
		request.Spec.IssuerRef = c.Spec.IssuerRef
		order := acme.Order{ObjectMeta: meta.ObjectMeta{
			Namespace: "develop", Name: "frontend-tls-1-1", CreationTimestamp: ago(minutes),
			OwnerReferences: []meta.OwnerReference{controller("CertificateRequest", "frontend-tls-1")},
		}}
		order.Status.URL, order.Status.State = "https://acme-v02.api.letsencrypt.org/acme/order/1", acme.Pending
		ch := acme.Challenge{ObjectMeta: meta.ObjectMeta{
			Namespace: "develop", Name: "frontend-tls-1-1-1", CreationTimestamp: ago(minutes),
			OwnerReferences: []meta.OwnerReference{controller("Order", "frontend-tls-1-1")},
		}}
		ch.Spec.DNSName, ch.Spec.Type, ch.Spec.Key, ch.Spec.IssuerRef = host, acme.ACMEChallengeTypeDNS01,
			"the-right-answer", c.Spec.IssuerRef
		ch.Status.Processing, ch.Status.State = true, acme.Pending
		s.CertificateRequests, s.Orders, s.Challenges = []certmanager.CertificateRequest{request}, []acme.Order{order},
			[]acme.Challenge{ch}
		requested("Pending", `Waiting on certificate issuance from order develop/frontend-tls-1-1: "pending"`)(s)
	}
}

func requested(reason, message string) change {
	return func(s *facts.Snapshot) {
		s.CertificateRequests[0].Status.Conditions = []certmanager.CertificateRequestCondition{{
			Type: certmanager.CertificateRequestConditionReady, Status: cmmeta.ConditionFalse, Reason: reason, Message: message,
		}}
	}
}

// ordered sets what became of the Order; it has no challenge then.
func ordered(state acme.State, reason string) change {
	return func(s *facts.Snapshot) {
		o := &s.Orders[0]
		if o.Status.State, o.Status.Reason = state, reason; state == "" || state == acme.Errored {
			o.Status.URL = ""
		}
		s.Challenges = nil
		if reason != "" {
			requested("Failed", `Failed to wait for order resource "frontend-tls-1-1" to become ready: order is in "`+
				string(state)+`" state: `+reason)(s)
		}
	}
}

func challenged(presented bool, reason string) change {
	return func(s *facts.Snapshot) {
		s.Challenges[0].Status.Presented, s.Challenges[0].Status.Reason = presented, reason
	}
}

// invalid lets the CA refuse the challenge.
func invalid(reason string) change {
	return func(s *facts.Snapshot) {
		s.Challenges[0].Status = acme.ChallengeStatus{State: acme.Invalid, Reason: reason}
		s.Orders[0].Status.State = acme.Invalid
	}
}

// failedOnce lets the issuance have failed some times, the last a few minutes ago.
func failedOnce(attempts int) change {
	return func(s *facts.Snapshot) {
		c := &s.Certificates[0]
		at := ago(2)
		c.Status.LastFailureTime, c.Status.FailedIssuanceAttempts = &at, &attempts
		set(c, certmanager.CertificateConditionIssuing, cmmeta.ConditionFalse, "Failed", "The certificate request has "+
			"failed to complete and will be retried")
	}
}

// failedAgo moves the last failure into the past.
func failedAgo(minutes int) change {
	return func(s *facts.Snapshot) {
		at := ago(minutes)
		s.Certificates[0].Status.LastFailureTime = &at
	}
}

func rateLimit(until time.Time) string {
	return "Failed to create Order: 429 urn:ietf:params:acme:error:rateLimited: too many certificates (5) already " +
		"issued for this exact set of identifiers in the last 168h0m0s, retry after " +
		until.Format("2006-01-02 15:04:05 MST") + ": see https://letsencrypt.org/docs/rate-limits/#new-certificates-per-exact-set-of-identifiers"
}

func txt(id, content string) change {
	return func(s *facts.Snapshot) {
		s.Zones[0].Records = append(s.Zones[0].Records, facts.Record{ID: id, Name: "_acme-challenge." +
			host, Type: "TXT", Content: content, Created: clock().Add(-50 * time.Hour)})
	}
}

func caa(content string) change {
	return func(s *facts.Snapshot) {
		s.Zones[0].Records = append(s.Zones[0].Records, facts.Record{
			ID: "c1", Name: "safeops.work", Type: "CAA",
			Content: content,
		})
		if d, ok := s.Domains[host]; ok {
			d.CAA, d.CAAAt = []string{content}, "safeops.work"
			s.Domains[host] = d
		}
	}
}

// named lets the Ingress name an issuer, and the Certificate with it.
func named(kind, name string) change {
	return func(s *facts.Snapshot) {
		annotation("cluster-issuer", "")(s)
		if kind == "ClusterIssuer" {
			annotation("cluster-issuer", name)(s)
		} else {
			annotation("issuer", name)(s)
		}
		s.Certificates[0].Spec.IssuerRef = cmmeta.IssuerReference{Kind: kind, Name: name, Group: "cert-manager.io"}
	}
}

// unready takes the production issuer's readiness, before it has made an order.
func unready(reason, message string) change {
	return func(s *facts.Snapshot) {
		for i := range s.ClusterIssuers {
			if o := &s.ClusterIssuers[i]; o.Name == production {
				o.Spec.ACME.PrivateKey.Name = production
				o.Status.Conditions = []certmanager.IssuerCondition{{
					Type:   certmanager.IssuerConditionReady,
					Status: cmmeta.ConditionFalse, Reason: reason, Message: message,
				}}
			}
		}
		s.Orders, s.Challenges = nil, nil
		requested("Pending", "Referenced issuer does not have a Ready status condition")(s)
	}
}

// queue puts a challenge of another namespace before the route's.
func queue(s *facts.Snapshot) {
	s.Challenges[0].Status = acme.ChallengeStatus{}
	other := *s.Challenges[0].DeepCopy()
	other.Namespace, other.Name, other.OwnerReferences = "staging", "web-1-1-1", nil
	other.Status = acme.ChallengeStatus{Processing: true, Presented: true, State: acme.Pending, Reason: unspread}
	s.Challenges = append(s.Challenges, other)
}

// leftover is a challenge of an earlier order that cannot be cleaned up.
func leftover(s *facts.Snapshot) {
	at := ago(30)
	c := acme.Challenge{ObjectMeta: meta.ObjectMeta{
		Namespace: "develop", Name: "frontend-tls-0-1-1", CreationTimestamp: ago(60), DeletionTimestamp: &at,
		Finalizers: []string{"acme.cert-manager.io/finalizer"},
	}}
	c.Spec.DNSName, c.Spec.Type = host, acme.ACMEChallengeTypeDNS01
	c.Status.State, c.Status.Reason = acme.Valid, "Found no Zones for domain _acme-challenge.develop.safeops.work. "+
		"(neither in the sub-domain nor in the SLD) please make sure your domain-entries in the config "+
		"are correct and the API key is correctly setup with Zone.read rights."
	s.Challenges = append(s.Challenges, c)
	event(s, "Challenge", c.Name, "CleanUpError", "Error cleaning up challenge: "+c.Status.Reason)
}

// staged lets the staging issuer have issued, with everything Ready.
func staged(s *facts.Snapshot) {
	named("ClusterIssuer", staging)(s)
	for i := range s.Secrets {
		if s.Secrets[i].Name == tlsName {
			s.Secrets[i].Annotations["cert-manager.io/issuer-name"] = staging
			s.Secrets[i].Certificates[0].Issuer = "CN=(STAGING) Counterfeit Cashew R10,O=Let's Encrypt,C=US"
		}
	}
	serve(s, func(c *probe.Handshake) {
		c.Verified, c.TrustedBy, c.LeadsTo, c.VerifyError = false, "", "staging",
			"x509: certificate signed by unknown authority"
		c.Chain[0].Issuer = "CN=(STAGING) Counterfeit Cashew R10,O=Let's Encrypt,C=US"
	})
}

// expired replaces the certificate by one of last year, in the Secret and on the wire.
func expired(s *facts.Snapshot) {
	for i := range s.Secrets {
		if s.Secrets[i].Name == tlsName {
			s.Secrets[i].Certificates[0].NotAfter, s.Secrets[i].Certificates[0].SHA256 = ago(60).Time, "ee"
		}
	}
	serve(s, func(c *probe.Handshake) {
		c.Verified, c.TrustedBy, c.VerifyError = false, "", "x509: certificate has expired or is not yet valid"
		c.Chain[0].NotAfter, c.Chain[0].SHA256 = ago(60).Time, "ee"
	})
}
