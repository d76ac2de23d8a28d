package certificate

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const acmeUnreachable diagnose.Code = "acme-unreachable"

func acmeUnreachableRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    acmeUnreachable,
		Meaning: "cert-manager cannot reach the ACME server",
		Evidence: "the issuer's condition reports a transport error for the directory, or an answer that is not an RFC " +
			"8555 problem document",
		Remedy: "allow cert-manager to reach port 443 of the ACME server",
		After:  []diagnose.Code{clockSkew},
		Find:   findUnreachable,
	}}
}

func findUnreachable(r *diagnose.Route) []diagnose.Finding {
	cond, ok := notReady(r)
	if !ok || r.Has(clockSkew) || strings.Contains(cond.Message, "urn:ietf:params:acme:error:") {
		return nil
	}
	transport := false
	for _, text := range []string{
		"dial tcp", "lookup ", "i/o timeout", "connection refused", "connection reset", "x509:", "tls: ",
		"context deadline exceeded", "no such host", "EOF",
		"not an RFC 8555 problem",
	} {
		transport = transport || strings.Contains(cond.Message, text)
	}
	if !transport {
		return nil
	}
	summary, remedy := fmt.Sprintf(
		"cert-manager does not reach the ACME server of %s",
		r.Issuer,
	), "allow cert-manager to reach port 443 of the ACME server: check NetworkPolicies, proxies and the cluster's DNS"
	if strings.Contains(cond.Message, ".traefik.default") {
		summary = "the name of the ACME server resolves to this cluster's own Traefik: through a wildcard record or a " +
			"search domain"
		remedy = "correct the cluster's resolver, so that it does not answer for external names itself"
	}
	namespace := r.Index.CertManager.Space()
	if namespace == "" {
		namespace = corev1.NamespaceDefault
	}
	return diagnose.One(r.Issuer.String(), summary, diagnose.Remedy{Text: remedy, Command: fmt.Sprintf(
		"kubectl -n %s run reach --rm -i --restart=Never --image=docker.io/curlimages/curl -- -sS -o /dev/null -w "+
			"'%%{http_code}' %s",
		namespace,
		server(r),
	)}, diagnose.Fact(r.Issuer.String(), "%s: %s", cond.Reason, cond.Message))
}
