package judge

import (
	"fmt"
	"slices"
	"strings"

	apps "k8s.io/api/apps/v1"

	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

// use is one place that names the credential.
type use struct{ by, secret, key string }

// oneCredential judges BL-5: the issuers' solvers and external-dns name one entry of one Secret, and it holds
// something.
func oneCredential(s *facts.Snapshot, t Target) Judgement {
	var j Judgement
	var uses []use
	if d := deploymentOf(&j, s, facts.ExternalDNS, t.Namespace); d != nil {
		uses = append(uses, usesOf(&j, s, d)...)
	}
	for _, want := range t.issuers() {
		uses = append(uses, solverUses(&j, s, want)...)
	}
	for _, u := range uses {
		if u.secret != t.Credential.Secret || u.key != t.Credential.Key {
			j.never(
				"%s: uses key %s of Secret %s; the credential is key %s of Secret %s",
				u.by,
				u.key,
				u.secret,
				t.Credential.Key,
				t.Credential.Secret,
			)
		}
	}
	holds(&j, s, t)
	if len(j.Reasons) == 0 {
		var by []string
		for _, u := range uses {
			by = append(by, u.by)
		}
		j.saw(
			"key %s of Secret %s/%s: used by %s",
			t.Credential.Key,
			t.Namespace,
			t.Credential.Secret,
			strings.Join(by, ", "),
		)
	}
	return j
}

// usesOf lists where external-dns takes its token from.
func usesOf(j *Judgement, s *facts.Snapshot, d *apps.Deployment) []use {
	by := fmt.Sprintf("Deployment %s/%s", d.Namespace, d.Name)
	credentials := configOf(s, d).Credentials
	var out []use
	for _, c := range credentials {
		switch {
		case c.Global():
			j.never("%s: uses a global key in %s, not an API token", by, c.Variable)
		case c.File != "" && c.Plain():
			j.never("%s: reads its token from file %s, which is of no Secret", by, c.File)
		case c.Plain():
			j.never("%s: has its token in plain text in %s, not from a Secret", by, c.Variable)
		default:
			out = append(out, use{by, c.Secret.Name, c.Secret.Key})
		}
		if !c.Optional {
			break
		}
	}
	if len(credentials) == 0 {
		j.never("%s: reads no %s: it has no token", by, externaldns.TokenVariable)
	}
	return out
}

// solverUses lists where an issuer's solvers take their token from.
func solverUses(j *Judgement, s *facts.Snapshot, want Issuer) []use {
	issuer, ok := clusterIssuer(s, want.Name)
	if !ok {
		missing(j, s, want)
		return nil
	}
	var out []use
	if issuer.Spec.ACME != nil {
		for _, solver := range issuer.Spec.ACME.Solvers {
			if solver.DNS01 == nil || solver.DNS01.Cloudflare == nil || solver.DNS01.Cloudflare.APIToken == nil {
				continue
			}
			ref := solver.DNS01.Cloudflare.APIToken
			out = append(out, use{"ClusterIssuer " + want.Name, ref.Name, ref.Key})
		}
	}
	if len(out) == 0 {
		j.never("ClusterIssuer %s: has no DNS-01 solver with an API token of Cloudflare", want.Name)
	}
	return out
}

// holds notes what the Secret itself lacks, and returns it when it is there.
func holds(j *Judgement, s *facts.Snapshot, t Target) *facts.Secret {
	name := t.Namespace + "/" + t.Credential.Secret
	secret, ok := s.Secret(t.Namespace, t.Credential.Secret)
	if !ok {
		j.lacks("Secret %s: not found%s", name, elsewhere(s, t))
		return nil
	}
	key, ok := secret.Key(t.Credential.Key)
	switch {
	case !ok:
		var names []string
		for _, k := range secret.Keys {
			names = append(names, k.Name)
		}
		j.lacks("Secret %s: has no key %s, it has %s", name, t.Credential.Key, orNone(names))
	case key.Length == 0:
		j.lacks("Secret %s: key %s is empty", name, t.Credential.Key)
	case key.Spaced:
		j.lacks(
			"Secret %s: key %s begins or ends with white space: the token was copied with its line end",
			name,
			t.Credential.Key,
		)
	}
	return secret
}

func elsewhere(s *facts.Snapshot, t Target) string {
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
