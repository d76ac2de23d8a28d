package diagnose

import (
	"fmt"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

// each collects the findings of every credential that the route depends on; mostly it is one.
func (r *route) each(find func(use) []Finding) []Finding {
	var out []Finding
	for _, u := range r.uses() {
		out = append(out, find(u)...)
	}
	return out
}

// users names who takes the credential, for the end of a sentence.
func (u use) users() string { return strings.Join(u.by, " and ") }

// store is the remedy that stores a token.
func (u use) store(text string) Remedy {
	return Remedy{text, fmt.Sprintf(
		`printf %%s "$CF_API_TOKEN" | kubectl -n %s create secret generic %s --from-file=%s=/dev/stdin --dry-run=client -o yaml | kubectl apply -f -`,
		u.namespace, u.secret, u.key,
	)}
}

// gone reports whether the Secret is known not to be there: nobody sees it, or, where Secrets cannot be read, its users say so.
func (r *route) gone(u use) ([]Evidence, bool) {
	if r.looked(facts.Secrets, u.namespace) {
		return append([]Evidence{says(u.String(), "not found")}, evidenceOf(r.signsFor(noSecret))...), r.secrets[u.name()] == nil
	}
	signs := r.signsFor(noSecret)
	return evidenceOf(signs), len(signs) > 0 && strings.Contains(signs[len(signs)-1].Text, u.secret)
}

func findSecretMissing(r *route) []Finding {
	return r.each(func(u use) []Finding {
		evidence, gone := r.gone(u)
		if !gone || r.elsewhere(u) != nil {
			return nil
		}
		return finding(u.String(), "the Secret with Cloudflare's token does not exist; "+u.users()+" cannot work without it", u.store("create the Secret"), append(evidence, u.usedBy()...)...)
	})
}

// elsewhere is a Secret of the same name and with the key in another namespace.
func (r *route) elsewhere(u use) *facts.Secret {
	for _, s := range r.namesakes[u.secret] {
		if _, ok := s.Key(u.key); ok && s.Namespace != u.namespace {
			return s
		}
	}
	return nil
}

func findWrongNamespace(r *route) []Finding {
	return r.each(func(u use) []Finding {
		evidence, gone := r.gone(u)
		other := r.elsewhere(u)
		if !gone || other == nil {
			return nil
		}
		there := object("Secret", other.Namespace, other.Name)
		return finding(u.String(), fmt.Sprintf("the Secret with Cloudflare's token lies in namespace %s, and %s reads it in %s", other.Namespace, u.users(), u.namespace),
			u.store("put the token into namespace "+u.namespace), append(append(evidence, says(there, "has key %s", u.key)), u.usedBy()...)...)
	})
}

func findWrongKey(r *route) []Finding {
	return r.each(func(u use) []Finding {
		secret, _, ok := r.shape(u)
		signs := r.signsFor(noKey)
		switch {
		case ok, secret == nil && (r.looked(facts.Secrets, u.namespace) || len(signs) == 0):
			return nil
		case secret == nil:
			return finding(u.String(), fmt.Sprintf("the Secret has no key %s", u.key), u.store("store the token under key "+u.key), append(evidenceOf(signs), u.usedBy()...)...)
		}
		var keys []string
		for _, k := range secret.Keys {
			keys = append(keys, k.Name)
		}
		evidence := append([]Evidence{says(u.String(), "keys %s", list(keys))}, evidenceOf(signs)...)
		return finding(u.String(), fmt.Sprintf("the Secret has no key %s, it has %s", u.key, list(keys)), u.store("store the token under key "+u.key), append(evidence, u.usedBy()...)...)
	})
}

func findEmpty(r *route) []Finding {
	return r.each(func(u use) []Finding {
		secret, key, ok := r.shape(u)
		signs := r.signsFor(noValue)
		if (secret == nil && (r.looked(facts.Secrets, u.namespace) || len(signs) == 0)) || (secret != nil && (!ok || key.Length > 0)) {
			return nil
		}
		evidence := append([]Evidence{says(u.String(), "key %s: 0 bytes", u.key)}, evidenceOf(signs)...)
		return finding(u.String(), "the Secret is there, and its token is empty", u.store("fill in the token"), append(evidence, u.usedBy()...)...)
	})
}

// findNewline finds white space around the token. external-dns trims it since 0.23, so that only certificates seem to fail.
func findNewline(r *route) []Finding {
	return r.each(func(u use) []Finding {
		secret, key, ok := r.shape(u)
		signs := r.signsFor(badHeader)
		if (secret == nil && len(signs) == 0) || (secret != nil && (!ok || !key.Spaced)) {
			return nil
		}
		evidence := append([]Evidence{says(u.String(), "key %s begins or ends with white space, %d bytes", u.key, key.Length)}, evidenceOf(signs)...)
		summary := "the token was stored with its line end, which no header may hold"
		if !r.dns.before(0, 23) && len(signs) > 0 {
			summary += "; external-dns trims it, so that only certificates fail"
		}
		return finding(u.String(), summary, u.store("store the token without its line end"), append(evidence, u.usedBy()...)...)
	})
}
