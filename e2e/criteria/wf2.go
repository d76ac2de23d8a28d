package criteria

import (
	"time"

	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
)

func wf2() Criterion {
	return Criterion{
		ID: "WF-2", Text: "the dns-and-certificates bundle is reconciled, so external-dns and the issuers exist before " +
			"anything depends on them",
		Check: bundleFirst, Needs: []facts.Part{facts.Deployments, facts.ClusterIssuers, facts.Ingresses},
		Installed: true,
		TooEarly: "An Ingress that is there before external-dns and the issuers has no record and an IssuerNotFound " +
			"request: the host does not resolve and is served with the controller's default certificate.",
	}
}

// bundleFirst judges that what a route depends on is there, and was before it.
func bundleFirst(v View) judge.Judgement {
	var j judge.Judgement
	s, t := v.Facts, v.Target
	var needed []named
	if d := deploymentOf(&j, s, facts.ExternalDNS, t.NamespaceOf(facts.ExternalDNS)); d != nil {
		available(&j, d)
		needed = append(needed, named{"Deployment " + d.Namespace + "/" + d.Name, since(d.ObjectMeta)})
	}
	for _, want := range t.Issuers() {
		if i, ok := clusterIssuer(s, want.Name); ok {
			needed = append(needed, named{"ClusterIssuer " + i.Name, since(i.ObjectMeta)})
		} else {
			missing(&j, s, want)
		}
	}
	for _, n := range needed {
		j.Saw("%s: there since %s", n.name, n.at.UTC().Format(time.RFC3339))
		for _, r := range t.Routes {
			if route, ok := s.Route(r.Source); ok {
				before(&j, n, named{r.String(), sinceOf(route.Annotations, route.Created)})
			}
		}
	}
	return j
}
