package certificate

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/cloudflare"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

const originCertificate diagnose.Code = "proxy-origin-certificate"

func originCertificateRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    originCertificate,
		Meaning: "Cloudflare's proxy does not accept the certificate of the origin",
		Evidence: "526 by name: the SSL mode is Full (strict), and the origin shows no certificate that is valid " +
			"for the host",
		Remedy:   "correct what stops the certificate: DNS-01 works behind the proxy",
		Fallback: true,
		Kind:     diagnose.Symptom,
		After:    []diagnose.Code{underWay, issuanceBackoff, presentBackoff},
		Find:     findOriginCertificate,
	}}
}

// proxyReport is the probe in which the proxy refuses the origin's certificate, nil for none.
func proxyReport(r *diagnose.Route) *probe.Report {
	if answer, rep := r.AtProxy(); rep != nil && answer.Fault == cloudflare.OfCertificate {
		return rep
	}
	return nil
}

func findOriginCertificate(r *diagnose.Route) []diagnose.Finding {
	rep := proxyReport(r)
	if rep == nil || r.Certificate != nil && failing(r) {
		return nil // what fails says more
	}
	evidence := []diagnose.Evidence{diagnose.Probed(rep)}
	shown := "what the origin shows was not looked at"
	if at, cert := servedLeaf(r); at == r.RawIP && cert != nil {
		evidence = append(
			evidence,
			diagnose.Fact(
				"probe "+at.Request.URL+" at "+at.Request.Address,
				"certificate of %s by %s until %s",
				cert.Subject,
				cert.Issuer,
				diagnose.Stamp(cert.NotAfter),
			),
		)
		shown = "the origin shows one of " + cert.Subject + " by " + cert.Issuer
	}
	return diagnose.One(
		"route "+r.Host,
		fmt.Sprintf("Cloudflare's proxy answers 526: the certificate of the origin is not valid to it; %s", shown),
		diagnose.Remedy{
			Text: "let the origin show a certificate of a public CA, or of Cloudflare's Origin CA, for the host: " +
				"correct what stops its issuance (DNS-01 works " +
				"behind the proxy); the SSL mode Full does not check it",
		},
		evidence...)
}
