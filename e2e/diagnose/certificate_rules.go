package diagnose

import (
	"fmt"
	"slices"
	"strings"

	core "k8s.io/api/core/v1"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

// certificateRules are the rules of the certificate layer: cert-manager itself, what the Ingress asks for, the issuer, the request down to
// its challenge, and at last the certificate that came out of it.
func certificateRules() []rule {
	return []rule{
		{code: crdsMissing, kind: cause, find: findCRDsMissing},
		{code: controllerDown, kind: cause, find: findControllerDown},
		{code: webhookNotReady, kind: cause, find: findWebhook},
		{code: bothAnnotations, kind: cause, find: findBothAnnotations},
		{code: noAnnotation, kind: cause, find: findNoAnnotation},
		{code: tlsBlockInvalid, kind: cause, find: findTLSBlock},
		{code: badAnnotation, kind: cause, find: findBadAnnotation},
		{code: badAnnotation, kind: note, find: findBadAnnotationLater},
		{code: sharedSecretName, kind: cause, find: findSharedSecretName},
		{code: manualCertificate, kind: cause, find: findManualCertificate},
		{code: issuerKind, kind: cause, find: findIssuerKind},
		{code: issuerNotFound, kind: cause, find: findIssuerNotFound},
		{code: clockSkew, kind: cause, find: findClockSkew},
		{code: acmeContact, kind: cause, find: findContact},
		{code: acmeKey, kind: cause, find: findAccountKey},
		{code: acmeUnreachable, kind: cause, find: findUnreachable},
		{code: issuerNotReady, kind: cause, find: findIssuerNotReady},
		{code: rateLimited, kind: cause, find: findRateLimited},
		{code: rejected, kind: cause, find: findRejected},
		{code: caaForbids, kind: cause, find: findCAA},
		{code: secondary, kind: cause, find: findSecondary},
		{code: servfail, kind: cause, find: findServfail},
		{code: wrongTXT, kind: cause, find: findWrongTXT},
		{code: port53, kind: cause, find: findPort53},
		{code: splitHorizon, kind: cause, find: findSplitHorizon},
		{code: neverSeen, kind: cause, find: findNeverSeen},
		{code: queued, kind: wait, find: findQueued},
		{code: presentBackoff, kind: wait, find: findPresentBackoff},
		{code: issuanceBackoff, kind: wait, find: findIssuanceBackoff},
		{code: orderNotCreated, kind: cause, find: findOrderNotCreated},
		{code: underWay, kind: wait, find: findUnderWay},
		{code: stagingIssuer, kind: cause, find: findStaging},
		{code: notRenewed, kind: cause, find: findNotRenewed},
		{code: notRenewed, kind: note, find: findNotRenewedExplained},
		{code: expiredServed, kind: symptom, find: findExpiredServed},
		{code: cleanupStuck, kind: note, find: findCleanupStuck},
	}
}

// saying is what one object of an issuance says of its failure.
type saying struct{ source, text string }

func (s saying) evidence() Evidence { return says(s.source, "%s", s.text) }

// sayings are those of the issuance that is under way or failed last, the deepest object first. There are none when the certificate is
// good and nothing renews it: what an old challenge says is no longer of interest.
func (r *route) sayings() []saying {
	if !r.unsettled() {
		return nil
	}
	out := make([]saying, 0, 4)
	if c := r.challenge; c != nil && c.DeletionTimestamp == nil && c.Status.Reason != "" {
		out = append(out, saying{challengeName(c), c.Status.Reason})
	}
	if o := r.order; o != nil && o.Status.Reason != "" {
		out = append(out, saying{orderName(o), o.Status.Reason})
	}
	if q := r.request; q != nil {
		if cond := requestReady(q); cond != nil && cond.Message != "" {
			out = append(out, saying{object("CertificateRequest", q.Namespace, q.Name), cond.Message})
		}
	}
	if cond := condition(r.certificate, issuing); cond != nil && cond.Message != "" {
		out = append(out, saying{certificateName(r.certificate), cond.Message})
	}
	return out
}

// said finds the deepest saying that contains one of the texts.
func (r *route) said(texts ...string) (saying, bool) {
	for _, s := range r.sayings() {
		for _, text := range texts {
			if strings.Contains(s.text, text) {
				return s, true
			}
		}
	}
	return saying{}, false
}

// renew is the remedy that begins the issuance anew.
func (r *route) renew(text string) Remedy {
	if r.certificate == nil {
		return Remedy{Text: text}
	}
	return Remedy{Text: text, Command: fmt.Sprintf("cmctl renew -n %s %s", r.certificate.Namespace, r.certificate.Name)}
}

// managerFlags is the remedy that gives cert-manager's controller flags more.
func (r *route) managerFlags(text string, flags ...string) Remedy {
	c := r.manager
	if c.Deployment == nil {
		return Remedy{Text: text + ": " + strings.Join(flags, " ")}
	}
	var adds []string
	for _, flag := range flags {
		adds = append(adds, fmt.Sprintf(`{"op":"add","path":"/spec/template/spec/containers/0/args/-","value":"%s"}`, flag))
	}
	return Remedy{Text: text, Command: fmt.Sprintf("kubectl -n %s patch deployment %s --type=json -p '[%s]'", c.Namespace, c.Name, strings.Join(adds, ","))}
}

// asksTLS reports whether the Ingress has a TLS block, so that the certificate layer has something to do.
func (r *route) asksTLS() bool { return r.ingress != nil && len(r.ingress.Spec.TLS) > 0 }

// wantsCertificate reports whether the Ingress asks for TLS, or names an issuer.
func (r *route) wantsCertificate() bool {
	if r.ingress == nil {
		return false
	}
	kind, _ := issuerOf(r.ingress)
	return kind != "" || r.asksTLS()
}

// restart is the remedy that starts a component again: by scaling it up when it is told to have no pod.
func restart(c *component, text string) Remedy {
	if c.Deployment == nil {
		return Remedy{Text: text}
	}
	if replicas(c) == 0 {
		return Remedy{Text: text, Command: fmt.Sprintf("kubectl -n %s scale deployment %s --replicas=1", c.Namespace, c.Name)}
	}
	return Remedy{Text: text, Command: fmt.Sprintf("kubectl -n %s rollout restart deployment/%s", c.Namespace, c.Name)}
}

// down reports whether a component has a Deployment that should have pods by now, and none is available. A pod that was just made and
// waits for nothing in particular is on its way: that is how it is after a restart.
func (r *route) down(c *component) bool {
	if c.Deployment == nil || c.available() || r.age(c.CreationTimestamp.Time) < starting {
		return false
	}
	stuck, _ := c.waiting(stuckFor()...)
	return stuck != nil || !slices.ContainsFunc(c.pods, func(p *core.Pod) bool { return r.age(p.CreationTimestamp.Time) < starting })
}

// stuckFor are the reasons for which a container waits that do not pass by themselves.
func stuckFor() []string {
	return []string{"CrashLoopBackOff", "ImagePullBackOff", "ErrImagePull", "InvalidImageName", "CreateContainerError", "CreateContainerConfigError"}
}

// downEvidence tells of the component's replicas, and of a pod that waits.
func downEvidence(c *component) []Evidence {
	out := []Evidence{says(c.String(), "%d replicas available of %d", c.Status.AvailableReplicas, replicas(c))}
	if pod, w := c.waiting(stuckFor()...); pod != nil {
		out = append(out, says(object("Pod", pod.Namespace, pod.Name), "%s: %s", w.Reason, w.Message))
	}
	return out
}

// absent reports whether a component has no Deployment in a cluster that was looked at as a whole.
func (r *route) absent(c *component) bool {
	return c.Deployment == nil && len(r.s.Within) == 0 && r.looked(facts.Deployments, "")
}
