package criteria

import (
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
)

// holds notes what the Secret itself lacks, and returns it when it is there.
func holds(j *judge.Judgement, s *facts.Snapshot, t judge.Target) *facts.Secret {
	name := t.Namespace + "/" + t.Credential.Secret
	secret, ok := s.Secret(t.Namespace, t.Credential.Secret)
	if !ok {
		j.Lacks("Secret %s: not found%s", name, elsewhere(s, t))
		return nil
	}
	key, ok := secret.Key(t.Credential.Key)
	switch {
	case !ok:
		var names []string
		for _, k := range secret.Keys {
			names = append(names, k.Name)
		}
		j.Lacks("Secret %s: has no key %s, it has %s", name, t.Credential.Key, orNone(names))
	case key.Length == 0:
		j.Lacks("Secret %s: key %s is empty", name, t.Credential.Key)
	case key.Spaced:
		j.Lacks(
			"Secret %s: key %s begins or ends with white space: the token was copied with its line end",
			name,
			t.Credential.Key,
		)
	}
	return secret
}

func elsewhere(s *facts.Snapshot, t judge.Target) string {
	var out []string
	for _, other := range s.Secrets {
		if other.Name == t.Credential.Secret {
			out = append(out, other.Namespace)
		}
	}
	if len(out) == 0 {
		return ""
	}
	slices.Sort(out)
	return "; there is one of that name in namespace " + strings.Join(out, ", ")
}
