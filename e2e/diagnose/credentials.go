package diagnose

import (
	"slices"
	"strings"
	"time"

	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	"k8s.io/apimachinery/pkg/types"

	cm "github.com/edgeproof/edgeproof/e2e/edge/certmanager"
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

// credentialUses reads who takes its token from where: external-dns, and each issuer by its solvers.
func (x *Index) credentialUses() map[string][]TokenRef {
	out := map[string][]TokenRef{}
	for _, s := range x.Syncers {
		by := s.String()
		for _, c := range s.Config.Credentials {
			if !c.Plain() && (!c.Whole || !c.Optional) {
				out[by] = append(out[by], TokenRef{c.Secret.Namespace, c.Secret.Name, c.Secret.Key})
			}
			if c.Whole {
				break // another variable of the same Secret is a guess
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
	var out []TokenRef
	for _, c := range cm.Credentials(config.ACME) {
		if t := (TokenRef{namespace, c.Secret, c.Key}); !slices.Contains(out, t) {
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
	users := [2]string{r.Sync.String(), ""}
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
