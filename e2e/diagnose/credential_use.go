package diagnose

import (
	"slices"
	"strings"

	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	core "k8s.io/api/core/v1"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

// The variables from which external-dns takes what it authenticates with: a token, or a user's global key.
const (
	tokenVariable = "CF_API_TOKEN" //nolint:gosec // the name of a variable, not a secret
	keyVariable   = "CF_API_KEY"   //nolint:gosec // the same
)

// tokenRef names one entry of one Secret.
type tokenRef struct{ namespace, secret, key string }

func (t tokenRef) name() name     { return name{Namespace: t.namespace, Name: t.secret} }
func (t tokenRef) String() string { return object("Secret", t.namespace, t.secret) }

// use is one entry of a Secret with those who name it, whom a fault of it hurts.
type use struct {
	tokenRef
	by []string
}

// whole is the entry that external-dns takes its token from where it takes all of a Secret for variables. A Secret that is known to have no
// such key is for something else.
func (x *index) whole(namespace string, from core.EnvFromSource) (ref tokenRef, ok bool) {
	key, ok := strings.CutPrefix(tokenVariable, from.Prefix)
	if from.SecretRef == nil || !ok {
		return tokenRef{}, false
	}
	ref = tokenRef{namespace, from.SecretRef.Name, key}
	if secret := x.secrets[ref.name()]; secret != nil {
		_, ok = secret.Key(key)
		return ref, ok
	}
	return ref, from.SecretRef.Optional == nil || !*from.SecretRef.Optional
}

// credentialUses reads who takes its token from where: external-dns by its variable, and each issuer by its solvers.
func (x *index) credentialUses() map[string][]tokenRef {
	out := map[string][]tokenRef{}
	if d := x.dns.Deployment; d != nil {
		for _, c := range d.Spec.Template.Spec.Containers {
			for _, e := range c.Env {
				if (e.Name == tokenVariable || e.Name == keyVariable) && e.ValueFrom != nil && e.ValueFrom.SecretKeyRef != nil {
					ref := e.ValueFrom.SecretKeyRef
					out[x.dns.String()] = append(out[x.dns.String()], tokenRef{d.Namespace, ref.Name, ref.Key})
				}
			}
			for _, from := range c.EnvFrom {
				if ref, ok := x.whole(d.Namespace, from); ok {
					out[x.dns.String()] = append(out[x.dns.String()], ref)
				}
			}
		}
	}
	shared := x.s.ClusterResources()
	for i := range x.s.ClusterIssuers {
		o := &x.s.ClusterIssuers[i]
		out[object(certmanager.ClusterIssuerKind, "", o.Name)] = solverRefs(&o.Spec.IssuerConfig, shared)
	}
	for i := range x.s.Issuers {
		o := &x.s.Issuers[i]
		out[object(certmanager.IssuerKind, o.Namespace, o.Name)] = solverRefs(&o.Spec.IssuerConfig, o.Namespace)
	}
	return out
}

func solverRefs(config *certmanager.IssuerConfig, namespace string) []tokenRef {
	if config.ACME == nil {
		return nil
	}
	var out []tokenRef
	for _, solver := range config.ACME.Solvers {
		if solver.DNS01 == nil || solver.DNS01.Cloudflare == nil {
			continue
		}
		ref := solver.DNS01.Cloudflare.APIToken
		if ref == nil {
			ref = solver.DNS01.Cloudflare.APIKey
		}
		if ref == nil {
			continue
		}
		if t := (tokenRef{namespace, ref.Name, ref.Key}); !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}

// uses are the credentials that the route depends on: that of external-dns and that of its issuer, once each when they are one.
func (r *route) uses() []use {
	if r.used {
		return r.credentials
	}
	r.used = true
	users := [2]string{r.dns.String(), ""}
	if r.issuer.name != "" {
		users[1] = r.issuer.String()
	}
	for _, by := range users {
		for _, ref := range r.refs[by] {
			n := slices.IndexFunc(r.credentials, func(u use) bool { return u.tokenRef == ref })
			if n < 0 {
				r.credentials = append(r.credentials, use{tokenRef: ref})
				n = len(r.credentials) - 1
			}
			r.credentials[n].by = append(r.credentials[n].by, by)
		}
	}
	return r.credentials
}

// serves reports whether what a layer works with, external-dns or the issuer, takes the credential that a finding is of.
func serves(r *route, f Finding, l Layer) bool {
	for _, u := range r.uses() {
		if u.String() != f.Object {
			continue
		}
		forDNS := slices.Contains(u.by, r.dns.String())
		return l == DNS && forDNS || l == Certificate && (!forDNS || len(u.by) > 1)
	}
	return true
}

// servesUntrimmed is serves for a token with white space around it, which external-dns takes off since 0.23.
func servesUntrimmed(r *route, f Finding, l Layer) bool {
	return serves(r, f, l) && (l != DNS || r.dns.before(0, 23))
}

// usedBy is evidence of who names a credential.
func (u use) usedBy() []Evidence {
	var out []Evidence
	for _, by := range u.by {
		out = append(out, says(by, "takes its token from key %s of %s", u.key, u.tokenRef))
	}
	return out
}

// shape is the entry of the Secret, when both are there.
func (r *route) shape(u use) (*facts.Secret, facts.Key, bool) {
	secret := r.secrets[u.name()]
	if secret == nil {
		return nil, facts.Key{}, false
	}
	key, ok := secret.Key(u.key)
	return secret, key, ok
}

// useless reports whether the entry is known to hold nothing.
func (r *route) useless(u use) bool {
	_, key, ok := r.shape(u)
	return r.looked(facts.Secrets, u.namespace) && (!ok || key.Length == 0)
}
