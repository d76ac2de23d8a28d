package certificate

import (
	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const servfail diagnose.Code = "servfail-or-dnssec"

func servfailRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     servfail,
		Meaning:  "the zone's name servers answer SERVFAIL, or DNSSEC validation fails",
		Evidence: "rcode SERVFAIL in the search for the SOA, or looking up TXT",
		Remedy:   "repair the DS record or the name servers",
		Find:     findServfail,
	}}
}

func findServfail(r *diagnose.Route) []diagnose.Finding {
	s, ok := said(r, "got 'SERVFAIL'", "returned SERVFAIL for", "SERVFAIL looking up TXT")
	if !ok {
		return nil
	}
	zone := r.Host
	if r.Zone != nil {
		zone = r.Zone.Name
	}
	return diagnose.One(
		"zone "+zone,
		"name servers answer SERVFAIL for "+r.Host+": they are down, or DNSSEC validation fails",
		diagnose.Remedy{
			Text: "when the second command answers and the first does not, repair the DS record at the registrar; " +
				"otherwise the name servers",
			Command: "dig SOA " + zone + "; dig +cd SOA " + zone,
		},
		s.evidence(),
	)
}
