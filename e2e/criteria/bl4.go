package criteria

import (
	"strings"

	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"

	"github.com/edgeproof/edgeproof/e2e/edge"
	cm "github.com/edgeproof/edgeproof/e2e/edge/certmanager"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
)

func bl4() Criterion {
	return Criterion{
		ID: "BL-4", Text: "ingresses ask for certificates by naming the production issuer and their TLS hosts",
		Check: namesProduction, Needs: []facts.Part{facts.Ingresses}, Shown: ByRoutes,
	}
}

// namesProduction judges that each route names the production issuer, and its TLS hosts.
func namesProduction(v View) judge.Judgement {
	t := v.Target
	return each(v, func(j *judge.Judgement, r judge.Route, i *edge.Route) {
		before := len(j.Reasons)
		name := i.Asks()[certmanager.IngressClusterIssuerNameAnnotationKey]
		switch other := i.Asks()[certmanager.IngressIssuerNameAnnotationKey]; {
		case other != "":
			j.Never("%s: asks the Issuer %s of its namespace; it must ask the ClusterIssuer %s", i.AskedBy(), other,
				t.Production.Name)
		case cm.Conflict(i.Asks()) != "":
			j.Never("%s: cert-manager takes no issuer of it: %s", i.AskedBy(), cm.Conflict(i.Asks()))
		case name == "":
			j.Never("%s: has no annotation %s: it must be %s", i.AskedBy(),
				certmanager.IngressClusterIssuerNameAnnotationKey, t.Production.Name)
		case name != t.Production.Name:
			j.Never("%s: asks the ClusterIssuer %s; it must ask %s", i.AskedBy(), name, t.Production.Name)
		}
		for _, host := range r.Hosts {
			if !edge.AnyCovers(i.TLSHosts(), host) {
				j.Never("%s: names host %s in no TLS block", r.Source, host)
			}
		}
		if len(j.Reasons) == before {
			j.Saw("%s: asks ClusterIssuer %s for %s", r.Source, name, strings.Join(i.TLSHosts(), ", "))
		}
	})
}
