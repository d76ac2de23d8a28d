package diagnose

import (
	"fmt"
	"strings"
	"time"

	core "k8s.io/api/core/v1"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

func findCRDsMissing(r *route) []Finding {
	if !r.wantsCertificate() || r.brought() {
		return nil
	}
	for _, kind := range []struct {
		part facts.Part
		name string
	}{
		{facts.Certificates, "certificates.cert-manager.io"},
		{facts.CertificateRequests, "certificaterequests.cert-manager.io"},
		{facts.ClusterIssuers, "clusterissuers.cert-manager.io"},
		{facts.Issuers, "issuers.cert-manager.io"},
		{facts.Orders, "orders.acme.cert-manager.io"},
		{facts.Challenges, "challenges.acme.cert-manager.io"},
	} {
		for _, e := range r.errors[kind.part] {
			if e.Reason != "NotFound" && !strings.Contains(e.Message, "no matches for kind") && !strings.Contains(e.Message, "could not find the requested resource") {
				continue
			}
			version := "v1.19.3"
			if r.manager.version != nil {
				version = "v" + r.manager.version.String()
			}
			return finding("CustomResourceDefinition "+kind.name, "the kinds of cert-manager are not installed, so it can issue nothing", Remedy{
				Text:    "install the chart with crds.enabled=true, or the kinds alone",
				Command: "kubectl apply -f https://github.com/cert-manager/cert-manager/releases/download/" + version + "/cert-manager.crds.yaml",
			}, says("API server", "%s", e.Message))
		}
	}
	return nil
}

// newborn is the age up to which a Certificate may have no condition.
const newborn = time.Minute

func findControllerDown(r *route) []Finding {
	c := r.manager
	if !r.asksTLS() || r.has(crdsMissing) || r.brought() {
		return nil
	}
	summary := "the controller of cert-manager does not run, so nothing is issued or renewed"
	switch {
	case r.absent(c):
		return finding(c.String(), "no cert-manager runs in this cluster", Remedy{Text: "install cert-manager"},
			says("Deployments", "none has a container of cert-manager-controller"))
	case r.down(c):
		return finding(c.String(), summary, restart(c, "start it again"), downEvidence(c)...)
	case r.certificate != nil && len(r.certificate.Status.Conditions) == 0 && r.age(r.certificate.CreationTimestamp.Time) > newborn && r.looked(facts.Deployments, c.space()):
		name := certificateName(r.certificate)
		return finding(c.String(), fmt.Sprintf("cert-manager does not work on its objects: %s has no condition after %s", name, r.age(r.certificate.CreationTimestamp.Time).Round(time.Second)),
			restart(c, "restart it: it may have lost its lease"), says(name, "no condition, created %s", stamp(r.certificate.CreationTimestamp.Time)))
	}
	return nil
}

func findWebhook(r *route) []Finding {
	if !r.asksTLS() || r.has(crdsMissing) {
		return nil
	}
	failure, failed := r.webhookFailure()
	config, blank := r.unsigned, r.unsigned != ""
	switch {
	case r.down(r.webhook):
		evidence := downEvidence(r.webhook)
		if failed {
			evidence = append(evidence, failure.evidence())
		}
		return finding(r.webhook.String(), "the admission webhook of cert-manager does not run, so no object of cert-manager can be made or changed",
			restart(r.webhook, "start it again"), evidence...)
	case blank || failed && strings.Contains(failure.text, "x509:"):
		var evidence []Evidence
		if blank {
			evidence = append(evidence, says(config, "caBundle is empty"))
		}
		if failed {
			evidence = append(evidence, failure.evidence())
		}
		if r.down(r.ca) {
			evidence = append(evidence, downEvidence(r.ca)...)
		}
		name := r.ca.String()
		if r.ca.Deployment == nil {
			name = config
		}
		return finding(name, "the API server does not trust the webhook of cert-manager: its CA was not injected",
			restart(r.ca, "repair the CA injector of cert-manager"), evidence...)
	case failed:
		return finding(r.webhook.String(), "the API server does not reach the webhook of cert-manager",
			restart(r.webhook, "let the API server reach the webhook; `cmctl check api` tells when it does"), failure.evidence())
	}
	return nil
}

const failing = "failed calling webhook"

// ofWebhook reports whether a text tells that cert-manager's webhook could not be called.
func ofWebhook(text string) bool {
	return strings.Contains(text, failing) && strings.Contains(text, "cert-manager")
}

// webhookFailure is what was said of a call of cert-manager's webhook that failed.
func (r *route) webhookFailure() (saying, bool) {
	if s, ok := r.said(failing); ok && ofWebhook(s.text) {
		return s, true
	}
	from := func(kind, name string, events []*core.Event) (saying, bool) {
		if len(events) > 0 && ofWebhook(events[0].Message) {
			return saying{"event on " + object(kind, r.Ingress.Namespace, name), events[0].Message}, true
		}
		return saying{}, false
	}
	if r.certificate != nil && r.unsettled() {
		if s, ok := from("Certificate", r.certificate.Name, r.eventsOf("Certificate", r.certificate.Namespace, r.certificate.Name)); ok {
			return s, true
		}
	}
	if r.certificate == nil {
		if s, ok := from("Ingress", r.Ingress.Name, r.eventsOf("Ingress", r.Ingress.Namespace, r.Ingress.Name)); ok {
			return s, true
		}
		if l := r.failedCall; l != nil {
			return saying{"log " + string(facts.CertManager), l.String()}, true
		}
	}
	return saying{}, false
}
