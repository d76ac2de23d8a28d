package criteria

import (
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
)

func wf3() Criterion {
	return Criterion{
		ID: "WF-3", Text: "cert-manager and external-dns pods are healthy",
		Check: podsHealthy, Needs: []facts.Part{facts.Deployments, facts.Pods}, Shown: ByPods,
		TooEarly: "Before cert-manager's webhook answers, issuers and certificates are refused by the API server; before " +
			"external-dns runs, nothing writes records.",
	}
}

// podsHealthy judges that the pods of both components are ready.
func podsHealthy(v View) judge.Judgement {
	var j judge.Judgement
	s, t := v.Facts, v.Target
	for _, c := range []facts.Component{facts.CertManager, facts.Webhook, facts.CAInjector, facts.ExternalDNS} {
		d := deploymentOf(&j, s, c, t.NamespaceOf(c))
		if d == nil {
			continue
		}
		before := len(j.Reasons)
		available(&j, d)
		podsReady(&j, s, d)
		if len(j.Reasons) == before {
			j.Saw("Deployment %s/%s: %d of %d pods available", d.Namespace, d.Name, d.Status.AvailableReplicas, replicas(d))
		}
	}
	return j
}
