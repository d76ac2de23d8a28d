package credential

import (
	"slices"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

// serves reports whether what a layer works with, external-dns or the issuer, takes the credential that a finding is
// of.
func serves(r *diagnose.Route, f diagnose.Finding, l diagnose.Layer) bool {
	for _, u := range r.Uses() {
		if u.String() != f.Object {
			continue
		}
		forDNS := slices.Contains(u.By, r.Sync.String())
		return l == diagnose.DNS && forDNS || l == diagnose.Certificate && (!forDNS || len(u.By) > 1)
	}
	return true
}

// usedBy is evidence of who names a credential.
func usedBy(u diagnose.Use) []diagnose.Evidence {
	var out []diagnose.Evidence
	for _, by := range u.By {
		out = append(out, diagnose.Fact(by, "takes its token from key %s of %s", u.Key, u.TokenRef))
	}
	return out
}

// shape is the entry of the Secret, when both are there.
func shape(r *diagnose.Route, u diagnose.Use) (*facts.Secret, facts.Key, bool) {
	secret := r.Index.Secrets[u.Name()]
	if secret == nil {
		return nil, facts.Key{}, false
	}
	key, ok := secret.Key(u.Key)
	return secret, key, ok
}

// useless reports whether the entry is known to hold nothing.
func useless(r *diagnose.Route, u diagnose.Use) bool {
	_, key, ok := shape(r, u)
	return r.Index.Looked(facts.Secrets, u.Namespace) && (!ok || key.Length == 0)
}
