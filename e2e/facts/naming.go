package facts

import (
	"strings"

	acme "github.com/cert-manager/cert-manager/pkg/apis/acme/v1"
	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
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
	// whole says that all of the Secret is taken for variables: it need not hold this one.
	whole bool
}

func (n naming) required() bool { return !n.whole }

// variable is the value of an environment variable: in plain text, or where it stands.
type variable struct {
	text  string
	from  entry
	whole bool
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
	for _, d := range s.Running(ExternalDNS) {
		for i := range d.Spec.Template.Spec.Containers {
			out = append(out, ofVariables("Deployment "+d.Namespace+"/"+d.Name, variables(d.Namespace, &d.Spec.Template.Spec.Containers[i]))...)
		}
	}
	return out
}

func ofSolvers(by, namespace string, issuer *acme.ACMEIssuer) []naming {
	if issuer == nil {
		return nil
	}
	var out []naming
	for _, solver := range issuer.Solvers {
		if solver.DNS01 == nil || solver.DNS01.Cloudflare == nil {
			continue
		}
		config := solver.DNS01.Cloudflare
		if ref := config.APIToken; ref != nil {
			out = append(out, naming{by: by, entry: entryOf(namespace, ref.Name, ref.Key)})
		}
		if ref := config.APIKey; ref != nil {
			out = append(out, naming{by: by, entry: entryOf(namespace, ref.Name, ref.Key), global: true, email: variable{text: config.Email}})
		}
	}
	return out
}

// ofVariables reads those that external-dns, and the SDK in it, take a credential from.
func ofVariables(by string, set map[string]variable) []naming {
	var out []naming
	for _, names := range []struct{ secret, email string }{
		{"CF_API_TOKEN", ""}, {"CLOUDFLARE_API_TOKEN", ""}, {"CF_API_KEY", "CF_API_EMAIL"}, {"CLOUDFLARE_API_KEY", "CLOUDFLARE_EMAIL"},
	} {
		if v := set[names.secret]; v.from != (entry{}) {
			out = append(out, naming{by: by, entry: v.from, whole: v.whole, global: names.email != "", email: set[names.email]})
		}
	}
	return out
}

// variables are those of a container that may hold a credential. What stands there in plain text has been struck out already.
func variables(namespace string, c *core.Container) map[string]variable {
	out := map[string]variable{}
	for _, source := range c.EnvFrom {
		if source.SecretRef == nil {
			continue
		}
		for _, name := range []string{"CF_API_TOKEN", "CLOUDFLARE_API_TOKEN", "CF_API_KEY", "CLOUDFLARE_API_KEY", "CF_API_EMAIL", "CLOUDFLARE_EMAIL"} {
			if key, ok := strings.CutPrefix(name, source.Prefix); ok {
				out[name] = variable{from: entryOf(namespace, source.SecretRef.Name, key), whole: true}
			}
		}
	}
	for _, e := range c.Env { // Env wins over EnvFrom
		out[e.Name] = variable{text: e.Value}
		if e.ValueFrom != nil && e.ValueFrom.SecretKeyRef != nil {
			out[e.Name] = variable{from: entryOf(namespace, e.ValueFrom.SecretKeyRef.Name, e.ValueFrom.SecretKeyRef.Key)}
		}
	}
	return out
}
