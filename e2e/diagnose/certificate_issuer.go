package diagnose

import (
	"fmt"
	"strings"
	"time"

	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	corev1 "k8s.io/api/core/v1"
)

// notReady is the condition of the issuer, and whether it says that the issuer is not ready.
func (r *route) notReady() (*certmanager.IssuerCondition, bool) {
	if r.ingress == nil {
		return nil, false
	}
	cond := r.issuerReady()
	return cond, cond != nil && cond.Status != cmmeta.ConditionTrue
}

// complaint is what the issuer, or else the issuance, says with one of the texts in it.
func (r *route) complaint(texts ...string) (saying, bool) {
	if cond, ok := r.notReady(); ok {
		for _, text := range texts {
			if strings.Contains(cond.Message, text) {
				return saying{r.issuer.String(), cond.Reason + ": " + cond.Message}, true
			}
		}
	}
	return r.said(texts...)
}

// server is the ACME directory of the issuer.
func (r *route) server() string {
	if r.issuer.config == nil || r.issuer.config.ACME == nil {
		return ""
	}
	return r.issuer.config.ACME.Server
}

// skewed is how far a clock may be off before certificates seem expired; fresh ones are valid from an hour before they were made.
const skewed = time.Hour

func findClockSkew(r *route) []Finding {
	s, ok := r.complaint("has expired or is not yet valid: current time ")
	if !ok {
		return nil
	}
	_, text, _ := strings.Cut(s.text, "current time ")
	text, _, _ = strings.Cut(text, " ")
	if at, err := time.Parse(time.RFC3339, text); err == nil && r.age(at).Abs() < skewed {
		return nil // the clock is right: the server's certificate is the trouble
	}
	node := "clock of the node of " + r.manager.String()
	if len(r.manager.pods) > 0 && r.manager.pods[0].Spec.NodeName != "" {
		node = object("Node", "", r.manager.pods[0].Spec.NodeName)
	}
	return finding(node, fmt.Sprintf("the clock of cert-manager says %s, and it is %s", text, stamp(r.s.Time)),
		Remedy{Text: "synchronise the clock on the node", Command: "timedatectl set-ntp true"}, s.evidence(), says("snapshot", "taken %s", stamp(r.s.Time)))
}

func findContact(r *route) []Finding {
	s, ok := r.complaint("urn:ietf:params:acme:error:invalidContact", "urn:ietf:params:acme:error:unsupportedContact")
	if !ok {
		return nil
	}
	email := ""
	if r.issuer.config != nil && r.issuer.config.ACME != nil {
		email = r.issuer.config.ACME.Email
	}
	return finding(r.issuer.String(), fmt.Sprintf("the ACME server does not take the e-mail address %q", email),
		r.patchIssuer("set a real address", `{"spec":{"acme":{"email":"ADDRESS"}}}`), s.evidence())
}

// patchIssuer is the remedy that changes the issuer.
func (r *route) patchIssuer(text, patch string) Remedy {
	kind, namespace := "clusterissuer", ""
	if r.issuer.namespace != "" {
		kind, namespace = "issuer", "-n "+r.issuer.namespace+" "
	}
	return Remedy{Text: text, Command: fmt.Sprintf("kubectl %spatch %s %s --type=merge -p '%s'", namespace, kind, r.issuer.name, patch)}
}

func findAccountKey(r *route) []Finding {
	s, ok := r.complaint("urn:ietf:params:acme:error:accountDoesNotExist", "Account private key is invalid", "is not of type RSA", "account private key", "existing private key")
	if !ok {
		if s, ok = r.complaint("urn:ietf:params:acme:error:unauthorized"); !ok || !strings.Contains(strings.ToLower(s.text), "account") || strings.Contains(s.text, "TXT") {
			return nil
		}
	}
	if r.issuer.config == nil || r.issuer.config.ACME == nil {
		return nil
	}
	namespace := r.issuer.namespace
	if namespace == "" {
		if namespace = r.manager.flag("cluster-resource-namespace"); namespace == "" || strings.HasPrefix(namespace, "$") {
			namespace = r.manager.space() // the chart gives $(POD_NAMESPACE)
		}
	}
	key := r.issuer.config.ACME.PrivateKey.Name
	evidence := []Evidence{s.evidence()}
	for _, n := range r.clusterIssuersWith(key) {
		if n != r.issuer.name {
			evidence = append(evidence, says("ClusterIssuer "+n, "uses the same account key, Secret %s", key))
		}
	}
	return finding(object("Secret", namespace, key), fmt.Sprintf("the account key of %s is of no use to the ACME server", r.issuer), Remedy{
		Text:    "restore the Secret, or delete it and restart cert-manager: it registers a new account",
		Command: fmt.Sprintf("kubectl -n %s delete secret %s", namespace, key),
	}, evidence...)
}

// clusterIssuersWith lists the ClusterIssuers whose account key is in a Secret.
func (r *route) clusterIssuersWith(key string) []string {
	var out []string
	for i := range r.s.ClusterIssuers {
		if o := &r.s.ClusterIssuers[i]; o.Spec.ACME != nil && o.Spec.ACME.PrivateKey.Name == key {
			out = append(out, o.Name)
		}
	}
	return out
}

func findUnreachable(r *route) []Finding {
	cond, ok := r.notReady()
	if !ok || r.has(clockSkew) || strings.Contains(cond.Message, "urn:ietf:params:acme:error:") {
		return nil
	}
	transport := false
	for _, text := range []string{
		"dial tcp", "lookup ", "i/o timeout", "connection refused", "connection reset", "x509:", "tls: ", "context deadline exceeded", "no such host", "EOF",
		"not an RFC 8555 problem",
	} {
		transport = transport || strings.Contains(cond.Message, text)
	}
	if !transport {
		return nil
	}
	summary, remedy := fmt.Sprintf("cert-manager does not reach the ACME server of %s", r.issuer), "let cert-manager reach port 443 of the ACME server: look at NetworkPolicies, proxies and the cluster's DNS"
	if strings.Contains(cond.Message, ".traefik.default") {
		summary = "the name of the ACME server leads cert-manager to this cluster's own Traefik: a wildcard record or a search domain answers for it"
		remedy = "see that the cluster's resolver does not answer for names outside"
	}
	namespace := r.manager.space()
	if namespace == "" {
		namespace = corev1.NamespaceDefault
	}
	return finding(r.issuer.String(), summary, Remedy{Text: remedy, Command: fmt.Sprintf(
		"kubectl -n %s run reach --rm -i --restart=Never --image=docker.io/curlimages/curl -- -sS -o /dev/null -w '%%{http_code}' %s", namespace, r.server(),
	)}, says(r.issuer.String(), "%s: %s", cond.Reason, cond.Message))
}

func findIssuerNotReady(r *route) []Finding {
	cond, ok := r.notReady()
	if !ok || !r.unexplained(Certificate) {
		return nil
	}
	kind, namespace := "clusterissuer", ""
	if r.issuer.namespace != "" {
		kind, namespace = "issuer", "-n "+r.issuer.namespace+" "
	}
	return finding(r.issuer.String(), fmt.Sprintf("%s is not ready: %s: %s", r.issuer, cond.Reason, short(cond.Message)),
		Remedy{Text: "cure what the condition says", Command: fmt.Sprintf("kubectl %sdescribe %s %s", namespace, kind, r.issuer.name)},
		says(r.issuer.String(), "%s: %s", cond.Reason, cond.Message))
}
