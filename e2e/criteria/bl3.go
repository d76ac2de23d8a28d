package criteria

import (
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
)

func bl3() Criterion {
	return Criterion{
		ID: "BL-3", Text: "cert-manager has ClusterIssuers for Let's Encrypt staging and production",
		Check: issuersExist, Needs: []facts.Part{facts.ClusterIssuers}, Shown: ByIssuers,
	}
}

// issuersExist judges that both are there, by name and by directory.
func issuersExist(v View) judge.Judgement {
	var j judge.Judgement
	s := v.Facts
	for _, want := range v.Target.Issuers() {
		found, ok := clusterIssuer(s, want.Name)
		switch {
		case !ok:
			missing(&j, s, want)
		case found.Spec.ACME == nil:
			j.Never("ClusterIssuer %s: is no ACME issuer; it must name %s", want.Name, want.Server)
		case server(found) != want.Server:
			j.Never("ClusterIssuer %s: names the ACME server %s; it must be %s", want.Name, server(found), want.Server)
		default:
			j.Saw("ClusterIssuer %s: %s", want.Name, want.Server)
		}
	}
	return j
}
