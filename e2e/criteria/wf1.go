package criteria

import (
	"time"

	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
)

func wf1() Criterion {
	return Criterion{
		ID: "WF-1", Text: "the Cloudflare token Secret exists in namespace cert-manager before DNS sync or issuance is " +
			"enabled",
		Check: tokenFirst, Needs: []facts.Part{facts.Secrets, facts.Deployments, facts.ClusterIssuers},
		TooEarly: "Without the Secret external-dns cannot start (CreateContainerConfigError) and every DNS-01 challenge " +
			"fails and backs off, for up to 30 minutes after the remedy.",
	}
}

// tokenFirst judges that the token is there, and was before what uses it.
func tokenFirst(v View) judge.Judgement {
	var j judge.Judgement
	s, t := v.Facts, v.Target
	secret := holds(&j, s, t)
	if secret == nil || len(j.Reasons) > 0 {
		return j
	}
	token := named{"Secret " + t.Namespace + "/" + secret.Name, since(secret.ObjectMeta)}
	j.Saw("%s: there since %s", token.name, token.at.UTC().Format(time.RFC3339))
	for _, d := range s.Running(facts.ExternalDNS) {
		before(&j, token, named{"Deployment " + d.Namespace + "/" + d.Name, since(d.ObjectMeta)})
	}
	for _, want := range t.Issuers() {
		if i, ok := clusterIssuer(s, want.Name); ok {
			before(&j, token, named{"ClusterIssuer " + i.Name, since(i.ObjectMeta)})
		}
	}
	return j
}
