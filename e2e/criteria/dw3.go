package criteria

import (
	"strings"

	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"

	"github.com/edgeproof/edgeproof/e2e/edge"
	cm "github.com/edgeproof/edgeproof/e2e/edge/certmanager"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
)

func dw3() Criterion {
	return Criterion{
		ID: "DW-3", Text: "ingress resources request TLS explicitly (TLS block, hosts, secret, issuer annotation)",
		Check: asksForTLS, Needs: []facts.Part{facts.Ingresses}, Shown: ByRoutes,
	}
}

// asksForTLS judges the TLS block, its hosts and Secret, and an issuer.
func asksForTLS(v View) judge.Judgement {
	return each(v, func(j *judge.Judgement, r judge.Route, i *edge.Route) {
		before := len(j.Reasons)
		tlsBlock(j, r, i)
		if i.Issuer() == (cm.Reference{}) {
			j.Never("%s: has no annotation %s: cert-manager does nothing for it", i.AskedBy(),
				certmanager.IngressClusterIssuerNameAnnotationKey)
		}
		if len(j.Reasons) == before {
			j.Saw("%s: TLS for %s in Secret %s by %s", r.Source, strings.Join(i.TLSHosts(), ", "),
				strings.Join(i.TLSSecrets(), ", "), i.Issuer())
		}
	})
}

func tlsBlock(j *judge.Judgement, r judge.Route, i *edge.Route) {
	if len(i.TLS) == 0 {
		j.Never("%s: has no TLS block: HTTPS is served with the controller's default certificate", r.Source)
		return
	}
	for n, block := range i.TLS {
		if block.Secret == "" {
			j.Never("%s: TLS block %d names no Secret", r.Source, n+1)
		}
		if len(block.Hosts) == 0 {
			j.Never("%s: TLS block %d names no host", r.Source, n+1)
		}
	}
	for _, host := range i.RuleHosts() {
		if !edge.AnyCovers(i.TLSHosts(), host) {
			j.Never("%s: host %s is in no TLS block, which has %s", r.Source, host, orNone(i.TLSHosts()))
		}
	}
}
