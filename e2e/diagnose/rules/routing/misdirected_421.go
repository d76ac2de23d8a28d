package routing

import (
	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

const misdirected diagnose.Code = "misdirected-421"

func misdirectedRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     misdirected,
		Meaning:  "the connection was made for a host with other TLS options",
		Evidence: "status 421",
		Remedy:   "use one TLSOption for hosts that share a certificate",
		Find:     ofTraefik(findMisdirected),
	}}
}

// findMisdirected finds 421: server name and Host choose different TLS options (RFC 9110 section 15.5.20).
func findMisdirected(r *diagnose.Route) []diagnose.Finding {
	for _, rep := range []*probe.Report{r.RawIP, r.HTTPS} {
		if rep != nil && rep.HTTP != nil && rep.HTTP.Status == 421 {
			return diagnose.One(
				"host "+r.Host,
				"Traefik reports that the connection was made for a host with other TLS options",
				diagnose.Remedy{
					Text: "use the same TLSOption for all hosts that share a certificate",
				},
				diagnose.Probed(rep),
			)
		}
	}
	return nil
}
