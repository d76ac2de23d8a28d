package certificate

import (
	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

func orderOrCertificate(r *diagnose.Route) string {
	if r.Order != nil {
		return orderName(r.Order)
	}
	return diagnose.CertificateName(r.Certificate)
}
