package certificate

import (
	"strings"

	core "k8s.io/api/core/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	cm "github.com/edgeproof/edgeproof/e2e/edge/certmanager"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const webhookNotReady diagnose.Code = "webhook-not-ready"

func webhookNotReadyRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    webhookNotReady,
		Meaning: "the admission webhook of cert-manager does not answer, so its objects cannot be created",
		Evidence: "`failed calling webhook`, no available replica, or an empty caBundle; an Ingress then has no " +
			"Certificate and no event",
		Remedy: "repair the webhook, or the CA injector when it is an x509 error",
		After:  []diagnose.Code{crdsMissing},
		Find:   findWebhook,
	}}
}

func findWebhook(r *diagnose.Route) []diagnose.Finding {
	if !asksTLS(r) || r.Has(crdsMissing) {
		return nil
	}
	failure, failed := webhookFailure(r)
	config, blank := r.Index.UnsignedWebhook, r.Index.UnsignedWebhook != ""
	switch {
	case r.Down(r.Index.Webhook):
		evidence := diagnose.DownEvidence(r.Index.Webhook)
		if failed {
			evidence = append(evidence, failure.evidence())
		}
		return diagnose.One(
			r.Index.Webhook.String(),
			"the admission webhook of cert-manager does not run, so its objects cannot be created or changed",
			diagnose.Restart(r.Index.Webhook, "start it again"),
			evidence...)
	case blank || failed && strings.Contains(failure.text, "x509:"):
		var evidence []diagnose.Evidence
		if blank {
			evidence = append(evidence, diagnose.Fact(config, "caBundle is empty"))
		}
		if failed {
			evidence = append(evidence, failure.evidence())
		}
		if r.Down(r.Index.CAInjector) {
			evidence = append(evidence, diagnose.DownEvidence(r.Index.CAInjector)...)
		}
		name := r.Index.CAInjector.String()
		if !r.Index.CAInjector.Runs() {
			name = config
		}
		return diagnose.One(
			name,
			"the API server does not trust the webhook of cert-manager: its CA was not injected",
			diagnose.Restart(r.Index.CAInjector, "repair the CA injector of cert-manager"),
			evidence...)
	case failed:
		return diagnose.One(
			r.Index.Webhook.String(),
			"the API server does not reach the webhook of cert-manager",
			diagnose.Restart(
				r.Index.Webhook,
				"allow the API server to reach the webhook; `cmctl check api` reports when it does",
			),
			failure.evidence(),
		)
	}
	return nil
}

// webhookFailure is what was said of a call of cert-manager's webhook that failed.
func webhookFailure(r *diagnose.Route) (saying, bool) {
	if s, ok := said(r, diagnose.Failing); ok && diagnose.OfWebhook(s.text) {
		return s, true
	}
	from := func(kind, name string, events []*core.Event) (saying, bool) {
		if len(events) > 0 && diagnose.OfWebhook(events[0].Message) {
			return saying{"event on " + diagnose.Object(kind, r.Ingress.Namespace, name), events[0].Message}, true
		}
		return saying{}, false
	}
	if r.Certificate != nil && cm.Unsettled(r.Certificate) {
		if s, ok := from("Certificate", r.Certificate.Name,
			r.Index.EventsOf("Certificate", r.Certificate.Namespace, r.Certificate.Name)); ok {
			return s, true
		}
	}
	if r.Certificate == nil {
		if s, ok := from("Ingress", r.Ingress.Name, r.Index.EventsOf("Ingress", r.Ingress.Namespace, r.Ingress.Name)); ok {
			return s, true
		}
		if l := r.Index.FailedWebhookCall; l != nil {
			return saying{"log " + string(facts.CertManager), l.String()}, true
		}
	}
	return saying{}, false
}
