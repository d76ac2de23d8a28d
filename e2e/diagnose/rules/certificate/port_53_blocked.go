package certificate

import (
	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const port53 diagnose.Code = "port-53-blocked"

func port53Rule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     port53,
		Meaning:  "cert-manager cannot query the name servers on port 53",
		Evidence: "i/o timeout to port 53, or REFUSED by a device on the path",
		Remedy:   "open UDP and TCP 53, or use DNS over HTTPS",
		After:    []diagnose.Code{servfail},
		Find:     findPort53,
	}}
}

func findPort53(r *diagnose.Route) []diagnose.Finding {
	if r.Challenge == nil || r.Has(servfail) {
		return nil
	}
	s, ok := said(
		r,
		":53: i/o timeout",
		":53: connect: connection refused",
		":53: read: connection refused",
		"returned REFUSED for ",
		"read udp ",
	)
	if !ok {
		return nil
	}
	return diagnose.One(
		r.Index.CertManager.String(),
		"cert-manager cannot query name servers on port 53: a firewall or a NetworkPolicy blocks it",
		managerFlags(
			r,
			"open UDP and TCP port 53, or use DNS over HTTPS",
			"--dns01-recursive-nameservers-only",
			"--dns01-recursive-nameservers=https://1.1.1.1/dns-query",
		),
		s.evidence(),
	)
}
