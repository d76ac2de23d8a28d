package diagnose

import (
	"slices"
	"strings"
	"time"

	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// sentTokens are the tokens, by fingerprint, that external-dns last sent to the provider, as the provider's journal
// has it. It is known by the SDK it is built with.
func sentTokens(entries []api.JournalEntry) map[string]time.Time {
	for i := len(entries) - 1; i >= 0; i-- {
		e := &entries[i]
		if e.Source == api.SourceAPI && strings.HasPrefix(strings.ToLower(e.Detail["agent"]), "cloudflare") &&
			e.Detail["token"] != "" {
			return map[string]time.Time{e.Detail["token"]: e.Time}
		}
	}
	return nil
}

// The variables from which external-dns takes what it authenticates with: a token, or a user's global key.
const (
	tokenVariable = "CF_API_TOKEN" //nolint:gosec // the name of a variable, not a secret
	keyVariable   = "CF_API_KEY"   //nolint:gosec // the same
)

// TokenRef names one entry of one Secret.
type TokenRef struct{ Namespace, Secret, Key string }

// Name is that of the Secret.
func (t TokenRef) Name() types.NamespacedName {
	return types.NamespacedName{Namespace: t.Namespace, Name: t.Secret}
}

func (t TokenRef) String() string { return Object("Secret", t.Namespace, t.Secret) }

// Use is one entry of a Secret with those who name it, whom a fault of it hurts.
type Use struct {
	TokenRef
	By []string
}

// whole is the entry that external-dns takes its token from where it takes all of a Secret for variables. A Secret
// that is known to have no such key is for something else.
func (x *Index) whole(namespace string, from core.EnvFromSource) (ref TokenRef, ok bool) {
	key, ok := strings.CutPrefix(tokenVariable, from.Prefix)
	if from.SecretRef == nil || !ok {
		return TokenRef{}, false
	}
	ref = TokenRef{namespace, from.SecretRef.Name, key}
	if secret := x.Secrets[ref.Name()]; secret != nil {
		_, ok = secret.Key(key)
		return ref, ok
	}
	return ref, from.SecretRef.Optional == nil || !*from.SecretRef.Optional
}

// credentialUses reads who takes its token from where: external-dns by its variable, and each issuer by its solvers.
func (x *Index) credentialUses() map[string][]TokenRef {
	out := map[string][]TokenRef{}
	if d := x.ExternalDNS.Deployment; d != nil {
		for _, c := range d.Spec.Template.Spec.Containers {
			for _, e := range c.Env {
				if (e.Name == tokenVariable || e.Name == keyVariable) && e.ValueFrom != nil &&
					e.ValueFrom.SecretKeyRef != nil {
					ref := e.ValueFrom.SecretKeyRef
					out[x.ExternalDNS.String()] = append(
						out[x.ExternalDNS.String()],
						TokenRef{d.Namespace, ref.Name, ref.Key},
					)
				}
			}
			for _, from := range c.EnvFrom {
				if ref, ok := x.whole(d.Namespace, from); ok {
					out[x.ExternalDNS.String()] = append(out[x.ExternalDNS.String()], ref)
				}
			}
		}
	}
	shared := x.Snapshot.ClusterResources()
	for i := range x.Snapshot.ClusterIssuers {
		o := &x.Snapshot.ClusterIssuers[i]
		out[Object(certmanager.ClusterIssuerKind, "", o.Name)] = solverRefs(&o.Spec.IssuerConfig, shared)
	}
	for i := range x.Snapshot.Issuers {
		o := &x.Snapshot.Issuers[i]
		out[Object(certmanager.IssuerKind, o.Namespace, o.Name)] = solverRefs(&o.Spec.IssuerConfig, o.Namespace)
	}
	return out
}

func solverRefs(config *certmanager.IssuerConfig, namespace string) []TokenRef {
	if config.ACME == nil {
		return nil
	}
	var out []TokenRef
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
		if t := (TokenRef{namespace, ref.Name, ref.Key}); !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}

// Uses are the credentials that the route depends on: that of external-dns and that of its issuer, once each when
// they are one.
func (r *Route) Uses() []Use { return Once(r, func(r *Route) []Use { return r.collectUses() }) }

func (r *Route) collectUses() []Use {
	var out []Use
	users := [2]string{r.Index.ExternalDNS.String(), ""}
	if r.Issuer.Name != "" {
		users[1] = r.Issuer.String()
	}
	for _, by := range users {
		for _, ref := range r.Index.CredentialRefs[by] {
			n := slices.IndexFunc(out, func(u Use) bool { return u.TokenRef == ref })
			if n < 0 {
				out = append(out, Use{TokenRef: ref})
				n = len(out) - 1
			}
			out[n].By = append(out[n].By, by)
		}
	}
	return out
}
