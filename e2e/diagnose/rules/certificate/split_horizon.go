package certificate

import (
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/diagnose/rules/credential"
)

const splitHorizon diagnose.Code = "split-horizon"

func splitHorizonRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     splitHorizon,
		Meaning:  "the cluster's resolver answers for the zone itself and hides the public name servers",
		Evidence: "`Could not determine authoritative nameservers`, `the zone`, or `Could not find the SOA record`",
		Remedy:   "configure cert-manager to query public resolvers only",
		After:    []diagnose.Code{servfail, port53},
		Find:     findSplitHorizon,
	}}
}

func findSplitHorizon(r *diagnose.Route) []diagnose.Finding {
	if r.Challenge == nil || r.Has(servfail, port53, credential.ZoneNotActive) {
		return nil
	}
	block := overrides(r)
	s, ok := said(
		r,
		"Could not determine authoritative nameservers",
		"Could not determine the zone for",
		"Could not find the SOA record",
	)
	if !ok {
		if s, ok = said(r, "not yet propagated"); !ok || block == "" ||
			r.Age(r.Challenge.CreationTimestamp.Time) < spreading {
			return nil
		}
	}
	evidence := append([]diagnose.Evidence{s.evidence()}, txtEvidence(r)...)
	if block != "" {
		evidence = append(evidence, diagnose.Fact("Corefile", "a server block of its own for %s", block))
	}
	if r.Zone != nil && len(r.Zone.NameServers) > 0 {
		evidence = append(
			evidence,
			diagnose.Fact("zone "+r.Zone.Name, "name servers %s", strings.Join(r.Zone.NameServers, " ")),
		)
	}
	return diagnose.One(
		r.Index.CertManager.String(),
		"the cluster's resolver answers for the zone itself, so cert-manager does not find the public name servers",
		managerFlags(
			r,
			"configure cert-manager to query public resolvers only",
			"--dns01-recursive-nameservers-only",
			"--dns01-recursive-nameservers=1.1.1.1:53,8.8.8.8:53",
		),
		evidence...)
}

// overrides is the zone, the host's own or one above it, that the cluster's DNS treats apart; "" for none.
func overrides(r *diagnose.Route) string {
	for rest, ok := r.Host, true; ok; _, rest, ok = strings.Cut(rest, ".") {
		if r.Index.ServerBlocks[rest] {
			return rest
		}
	}
	return ""
}
