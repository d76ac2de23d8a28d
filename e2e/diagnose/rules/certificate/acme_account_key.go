package certificate

import (
	"fmt"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const acmeKey diagnose.Code = "acme-account-key"

func acmeKeyRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     acmeKey,
		Meaning:  "the account key of the issuer is damaged, of a wrong type, or of another account",
		Evidence: "reason ErrVerifyACMEAccount with `private key`, or urn:ietf:params:acme:error:accountDoesNotExist",
		Remedy:   "restore the Secret, or delete it for a new account",
		Find:     findAccountKey,
	}}
}

func findAccountKey(r *diagnose.Route) []diagnose.Finding {
	s, ok := complaint(
		r,
		"urn:ietf:params:acme:error:accountDoesNotExist",
		"Account private key is invalid",
		"is not of type RSA",
		"account private key",
		"existing private key",
	)
	if !ok {
		if s, ok = complaint(r, "urn:ietf:params:acme:error:unauthorized"); !ok ||
			!strings.Contains(strings.ToLower(s.text), "account") ||
			strings.Contains(s.text, "TXT") || strings.Contains(s.text, "certificate profile") {
			return nil
		}
	}
	if r.Issuer.Config == nil || r.Issuer.Config.ACME == nil {
		return nil
	}
	namespace := r.Issuer.Namespace
	if namespace == "" {
		if namespace = r.Index.CertManager.Flag("cluster-resource-namespace"); namespace == "" ||
			strings.HasPrefix(namespace, "$") {
			namespace = r.Index.CertManager.Space() // the chart gives $(POD_NAMESPACE)
		}
	}
	key := r.Issuer.Config.ACME.PrivateKey.Name
	evidence := []diagnose.Evidence{s.evidence()}
	for _, n := range clusterIssuersWith(r, key) {
		if n != r.Issuer.Name {
			evidence = append(
				evidence,
				diagnose.Fact("ClusterIssuer "+n, "uses the same account key, Secret %s", key),
			)
		}
	}
	return diagnose.One(
		diagnose.Object("Secret", namespace, key),
		fmt.Sprintf("the ACME server does not accept the account key of %s", r.Issuer),
		diagnose.Remedy{
			Text:    "restore the Secret, or delete it and restart cert-manager: it registers a new account",
			Command: fmt.Sprintf("kubectl -n %s delete secret %s", namespace, key),
		},
		evidence...)
}

// clusterIssuersWith lists the ClusterIssuers whose account key is in a Secret.
func clusterIssuersWith(r *diagnose.Route, key string) []string {
	var out []string
	for i := range r.Index.Snapshot.ClusterIssuers {
		if o := &r.Index.Snapshot.ClusterIssuers[i]; o.Spec.ACME != nil && o.Spec.ACME.PrivateKey.Name == key {
			out = append(out, o.Name)
		}
	}
	return out
}
