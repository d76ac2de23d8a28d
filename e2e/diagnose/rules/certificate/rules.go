// Package certificate finds what keeps a host from a good certificate: cert-manager itself, what the route asks for,
// the issuer, the request down to its challenge, and at last the certificate that came out of it.
//
// It knows the facts that a diagnose.Route gives it and the components by their readers, and must not know the
// cluster, the suite or its faults.
package certificate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge"
	cm "github.com/edgeproof/edgeproof/e2e/edge/certmanager"
)

// Section is the layer with its rules.
func Section() diagnose.Section {
	return diagnose.Section{
		Layer:     diagnose.Certificate,
		Needs:     needs,
		Works:     works,
		Remaining: remaining,
		Rules: slices.Concat(
			crdsMissingRule(),
			controllerDownRule(),
			webhookNotReadyRule(),
			diagnose.About([]string{edge.Ingress},
				bothAnnotationsRule(),
				externalAnnotationsRule(),
				noAnnotationRule(),
				tlsBlockInvalidRule(),
				badAnnotationRule(),
				sharedSecretNameRule(),
				manualCertificateRule(),
			),
			kindRules(),
			issuerKindRule(),
			issuerNotFoundRule(),
			externalIssuerRule(),
			issuanceDeniedRule(),
			clockSkewRule(),
			acmeContactRule(),
			acmeKeyRule(),
			acmeUnreachableRule(),
			issuerNotReadyRule(),
			acmeProfileRule(),
			acmeConnectionRule(),
			solverClassRule(),
			proofRedirectedRule(),
			proofRefusedRule(),
			selfCheckUnreachableRule(),
			challengeAliasRule(),
			rateLimitedRule(),
			rejectedRule(),
			caaForbidsRule(),
			secondaryRule(),
			acmeProblemRule(),
			servfailRule(),
			wrongTXTRule(),
			port53Rule(),
			splitHorizonRule(),
			neverSeenRule(),
			queuedRule(),
			presentBackoffRule(),
			issuanceBackoffRule(),
			orderNotCreatedRule(),
			underWayRule(),
			originCertificateRule(),
			stagingIssuerRule(),
			notRenewedRule(),
			expiredServedRule(),
			cleanupStuckRule(),
		),
	}
}

// saying is what one object of an issuance says of its failure.
type saying struct{ source, text string }

func (s saying) evidence() diagnose.Evidence { return diagnose.Fact(s.source, "%s", s.text) }

// Sayings are those of the issuance that is under way or failed last, the deepest object first. There are none when
// the certificate is good and nothing renews it: what an old challenge says is no longer of interest.
func sayings(r *diagnose.Route) []saying {
	if !cm.Unsettled(r.Certificate) {
		return nil
	}
	out := make([]saying, 0, 4)
	if c := r.Challenge; c != nil && c.DeletionTimestamp == nil && c.Status.Reason != "" {
		out = append(out, saying{challengeName(c), c.Status.Reason})
	}
	if o := r.Order; o != nil && o.Status.Reason != "" {
		out = append(out, saying{orderName(o), o.Status.Reason})
	}
	if q := r.Request; q != nil {
		if cond := cm.RequestReady(q); cond != nil && cond.Message != "" {
			out = append(out, saying{diagnose.Object("CertificateRequest", q.Namespace, q.Name), cond.Message})
		}
	}
	if cond := cm.Condition(r.Certificate, issuing); cond != nil && cond.Message != "" {
		out = append(out, saying{diagnose.CertificateName(r.Certificate), cond.Message})
	}
	return out
}

// said finds the deepest saying that contains one of the texts.
func said(r *diagnose.Route, texts ...string) (saying, bool) {
	for _, s := range sayings(r) {
		for _, text := range texts {
			if strings.Contains(s.text, text) {
				return s, true
			}
		}
	}
	return saying{}, false
}

// renew is the remedy that starts the issuance again.
func renew(r *diagnose.Route, text string) diagnose.Remedy {
	if r.Certificate == nil {
		return diagnose.Remedy{Text: text}
	}
	return diagnose.Remedy{
		Text:    text,
		Command: fmt.Sprintf("cmctl renew -n %s %s", r.Certificate.Namespace, r.Certificate.Name),
	}
}

// managerFlags is the remedy that gives cert-manager's controller flags more.
func managerFlags(r *diagnose.Route, text string, flags ...string) diagnose.Remedy {
	c := r.Index.CertManager
	if !c.Runs() {
		return diagnose.Remedy{Text: text + ": " + strings.Join(flags, " ")}
	}
	var adds []string
	for _, flag := range flags {
		adds = append(
			adds,
			fmt.Sprintf(`{"op":"add","path":"/spec/template/spec/containers/0/args/-","value":"%s"}`, flag),
		)
	}
	return diagnose.Remedy{
		Text: text,
		Command: fmt.Sprintf(
			"kubectl -n %s patch deployment %s --type=json -p '[%s]'",
			c.Namespace,
			c.Name,
			strings.Join(adds, ","),
		),
	}
}

// asksTLS reports whether the Ingress has a TLS block, so that the certificate layer has something to do.
func asksTLS(r *diagnose.Route) bool { return r.Source != nil && len(r.Source.TLS) > 0 }

// remaining are what the objects of the issuance say, the deepest first, and why cert-manager does not take the route.
func remaining(r *diagnose.Route) []diagnose.Report {
	var out []diagnose.Report
	for _, s := range sayings(r) {
		out = append(out, diagnose.Report{Object: s.source, Evidence: s.evidence()})
	}
	if r.Source == nil {
		return out
	}
	if cond, ok := notReady(r); ok {
		out = append(out, diagnose.Report{
			Object:   r.Issuer.String(),
			Evidence: diagnose.Fact(r.Issuer.String(), "%s: %s", cond.Reason, cond.Message),
		})
	}
	for _, e := range r.Index.EventsOf(r.Source.Kind, r.Source.Namespace, r.Source.Name) {
		if e.Type == "Warning" && e.Reason == badConfigReason {
			out = append(out, diagnose.Report{Object: r.Source.String(), Evidence: diagnose.Fact(
				"event on "+r.Source.String(),
				"%s %s: %s",
				diagnose.Stamp(diagnose.EventTime(e)),
				e.Reason,
				e.Message,
			)})
			break
		}
	}
	if rep := proxyReport(r); rep != nil {
		out = append(out, diagnose.Report{Object: "route " + r.Host, Evidence: diagnose.Probed(rep)})
	}
	return out
}
