package certificate

import (
	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

// servedLeaf is the leaf that the controller's address, or else the host's name, answers with, and the probe that saw
// it; nil without a TLS handshake. Behind a proxy only the request to the address shows this cluster's certificate.
func servedLeaf(r *diagnose.Route) (*probe.Report, *probe.Certificate) {
	for _, rep := range []*probe.Report{r.RawIP, r.HTTPS} {
		if rep != nil && rep.TLS != nil && len(rep.TLS.Chain) > 0 {
			return rep, &rep.TLS.Chain[0]
		}
	}
	return nil, nil
}

// leaf is the certificate in the Secret; nil when there is none.
func leaf(r *diagnose.Route) *facts.Certificate {
	if r.Secret == nil || len(r.Secret.Certificates) == 0 {
		return nil
	}
	return &r.Secret.Certificates[0]
}
