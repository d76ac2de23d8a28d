package dns

import (
	"fmt"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const wrongTarget diagnose.Code = "dns-wrong-target"

func wrongTargetRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    wrongTarget,
		Meaning: "the DNS record differs from the Ingress's status",
		Evidence: "the record of the provider, or else the answer of the zone's name servers, differs from the Ingress's " +
			"status, and no more specific code applies",
		Remedy:   "restart external-dns, or repair the delegation when the provider's record is right",
		After:    []diagnose.Code{softErrors, syncLag, recordMissing},
		Fallback: true,
		Kind:     diagnose.Symptom,
		Find:     findWrongTarget,
	}}
}

func findWrongTarget(r *diagnose.Route) []diagnose.Finding {
	n := naming(r)
	if !r.Unexplained(diagnose.DNS) || len(unknown(r)) > 0 {
		return nil
	}
	switch authority := r.Answers.Authority; {
	case n.state == wrong:
		rec := n.held[0]
		return diagnose.One(
			rec.String(),
			fmt.Sprintf(
				"%s has target %s, and %s has %s%s",
				rec,
				diagnose.List(contents(n.held)),
				declared(r),
				diagnose.List(n.wanted),
				hanging(r),
			),
			resync(
				r,
				"restart external-dns: it syncs at once",
			),
			append([]diagnose.Evidence{rec.Evidence()}, append(syncEvidence(r, n), answerEvidence(r)...)...)...)
	case !r.Asked || authority.Error != "" || authority.Rcode == "" || len(n.wanted) == 0 ||
		typeOf(n.wanted) == "CNAME" || mixed(n.wanted) || r.Proxied():
		return nil
	case n.state == right && !sameSet(n.wanted, authority.Addresses):
		servers := strings.Join(r.Zone.NameServers, " ")
		return diagnose.One(
			"zone "+r.Zone.Name,
			fmt.Sprintf(
				"the provider's record of %s is right, but the delegated name servers answer otherwise",
				r.Host,
			),
			diagnose.Remedy{
				Text:    "point the delegation of the zone to its name servers: " + servers,
				Command: "dig +trace NS " + r.Zone.Name,
			},
			append([]diagnose.Evidence{n.evidence(r)}, answerEvidence(r)...)...)
	case n.state == unseen && !r.Index.Looked(facts.Provider, r.ZoneName()) && !sameSet(n.wanted, authority.Addresses):
		return diagnose.One(
			recordName(r, n),
			fmt.Sprintf(
				"the DNS answers %s for %s, and %s has %s%s",
				answer(authority),
				r.Host,
				declared(r),
				diagnose.List(n.wanted),
				hanging(r),
			),
			resync(r, "restart external-dns: it syncs at once"),
			append(syncEvidence(r, n), answerEvidence(r)...)...)
	}
	return nil
}

func (n comparison) evidence(r *diagnose.Route) diagnose.Evidence {
	return diagnose.Fact(recordName(r, n), "content %s", diagnose.List(contents(n.held)))
}
