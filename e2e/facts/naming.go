package facts

import (
	acme "github.com/cert-manager/cert-manager/pkg/apis/acme/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/edgeproof/edgeproof/e2e/edge/certmanager"
)

// entry is one key of a Secret.
type entry struct {
	types.NamespacedName
	key string
}

func entryOf(namespace, name, key string) entry {
	return entry{types.NamespacedName{Namespace: namespace, Name: name}, key}
}

// naming is a credential as something names it.
type naming struct {
	entry
	by     string
	global bool
	email  variable // of a global key
	// whole is true when envFrom takes every key of the Secret: this one may be missing.
	whole bool
}

func (n naming) required() bool { return !n.whole }

// variable is a value: in plain text, or a reference to it.
type variable struct {
	text string
	from entry
}

// namings lists where solvers of Cloudflare, and external-dns, take their credentials from.
func namings(s *Snapshot) []naming {
	var out []naming
	for i := range s.ClusterIssuers {
		issuer := &s.ClusterIssuers[i]
		out = append(out, ofSolvers("ClusterIssuer "+issuer.Name, s.ClusterResources(), issuer.Spec.ACME)...)
	}
	for i := range s.Issuers {
		issuer := &s.Issuers[i]
		out = append(out, ofSolvers("Issuer "+issuer.Namespace+"/"+issuer.Name, issuer.Namespace, issuer.Spec.ACME)...)
	}
	return append(out, credentialsOf(s)...)
}

func ofSolvers(by, namespace string, issuer *acme.ACMEIssuer) []naming {
	if issuer == nil {
		return nil
	}
	var out []naming
	for _, solver := range issuer.Solvers {
		if c, ok := certmanager.CredentialOf(&solver); ok {
			out = append(out, naming{
				by: by, entry: entryOf(namespace, c.Secret, c.Key), global: c.Global, email: variable{text: c.Email},
			})
		}
	}
	return out
}
