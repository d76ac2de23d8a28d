package credential

import (
	"fmt"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

// each collects the findings of every credential that the route depends on; mostly it is one.
func each(r *diagnose.Route, find func(diagnose.Use) []diagnose.Finding) []diagnose.Finding {
	var out []diagnose.Finding
	for _, u := range r.Uses() {
		out = append(out, find(u)...)
	}
	return out
}

// users names who takes the credential, for the end of a sentence.
func users(u diagnose.Use) string { return strings.Join(u.By, " and ") }

// store is the remedy that stores a token.
func store(u diagnose.Use, text string) diagnose.Remedy {
	return diagnose.Remedy{Text: text, Command: fmt.Sprintf(
		`printf %%s "$CF_API_TOKEN" | kubectl -n %s create secret generic %s --from-file=%s=/dev/stdin --dry-run=client -o yaml | kubectl apply -f -`,
		u.Namespace,
		u.Secret,
		u.Key,
	)}
}

// gone reports whether the Secret is known to be missing: it is not listed, or, where Secrets cannot be read, its
// users say so.
func gone(r *diagnose.Route, u diagnose.Use) ([]diagnose.Evidence, bool) {
	if r.Index.Secrets[u.Name()] != nil {
		return nil, false
	}
	if r.Index.Looked(facts.Secrets, u.Namespace) {
		return append(
			[]diagnose.Evidence{diagnose.Fact(u.String(), "not found")},
			evidenceOf(signsFor(r, diagnose.NoSecret))...), true
	}
	signs := signsFor(r, diagnose.NoSecret)
	return evidenceOf(signs), len(signs) > 0 && strings.Contains(signs[len(signs)-1].Text, u.Secret)
}

// elsewhere is a Secret of the same name and with the key in another namespace.
func elsewhere(r *diagnose.Route, u diagnose.Use) *facts.Secret {
	for _, s := range r.Index.Namesakes[u.Secret] {
		if _, ok := s.Key(u.Key); ok && s.Namespace != u.Namespace {
			return s
		}
	}
	return nil
}
