package criteria

import (
	"fmt"
	"slices"
	"strings"

	apps "k8s.io/api/apps/v1"

	acme "github.com/cert-manager/cert-manager/pkg/apis/acme/v1"

	cm "github.com/edgeproof/edgeproof/e2e/edge/certmanager"
	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
)

func bl5() Criterion {
	return Criterion{
		ID: "BL-5", Text: "one Cloudflare API token Secret serves both DNS sync and issuance",
		Check: oneCredential, Needs: []facts.Part{facts.Deployments, facts.ClusterIssuers, facts.Secrets},
	}
}

// use is one place that names the credential.
type use struct{ by, secret, key string }

// oneCredential judges that the issuers' solvers and external-dns name one entry of one Secret, and it holds
// something.
func oneCredential(v View) judge.Judgement {
	var j judge.Judgement
	s, t := v.Facts, v.Target
	var uses []use
	if d := deploymentOf(&j, s, facts.ExternalDNS, t.NamespaceOf(facts.ExternalDNS)); d != nil {
		uses = append(uses, usesOf(&j, s, d)...)
	}
	for _, want := range t.Issuers() {
		uses = append(uses, solverUses(&j, s, want, t.Names())...)
	}
	for _, u := range uses {
		if u.secret != t.Credential.Secret || u.key != t.Credential.Key {
			j.Never(
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
		j.Saw(
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
func usesOf(j *judge.Judgement, s *facts.Snapshot, d *apps.Deployment) []use {
	by := fmt.Sprintf("Deployment %s/%s", d.Namespace, d.Name)
	credentials := configOf(s, d).Credentials
	var out []use
	for _, c := range credentials {
		switch {
		case c.Global():
			j.Never("%s: uses a global key in %s, not an API token", by, c.Variable)
		case c.File != "" && c.Plain():
			j.Never("%s: reads its token from file %s, which is of no Secret", by, c.File)
		case c.Plain():
			j.Never("%s: has its token in plain text in %s, not from a Secret", by, c.Variable)
		default:
			out = append(out, use{by, c.Secret.Name, c.Secret.Key})
		}
		if !c.Optional {
			break
		}
	}
	if len(credentials) == 0 {
		j.Never("%s: reads no %s: it has no token", by, externaldns.TokenVariable)
	}
	return out
}

// solverUses lists where the solvers that an issuer picks for the names take their token from.
func solverUses(j *judge.Judgement, s *facts.Snapshot, want judge.Issuer, names []string) []use {
	issuer, ok := clusterIssuer(s, want.Name)
	if !ok {
		missing(j, s, want)
		return nil
	}
	var solvers []acme.ACMEChallengeSolver
	if issuer.Spec.ACME != nil {
		solvers = issuer.Spec.ACME.Solvers
	}
	var out []use
	for _, name := range names {
		c, ok := cm.CredentialOf(cm.Pick(solvers, name, nil))
		if u := (use{"ClusterIssuer " + want.Name, c.Secret, c.Key}); ok && !c.Global && !slices.Contains(out, u) {
			out = append(out, u)
		}
	}
	if len(out) == 0 {
		j.Never("ClusterIssuer %s: has no DNS-01 solver with an API token of Cloudflare", want.Name)
	}
	return out
}
