package certificate

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/diagnose/rules/credential"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const neverSeen diagnose.Code = "propagation-never-seen"

func neverSeenRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    neverSeen,
		Meaning: "the TXT record was written, and cert-manager does not see it",
		Evidence: "the Challenge is presented and waits `not yet propagated` for more than five minutes; the provider's " +
			"records show whether it was written in the right zone",
		Remedy: "find where the TXT record is lost: zone, delegation, or resolver",
		After:  []diagnose.Code{splitHorizon, challengeAlias},
		Find:   findNeverSeen,
	}}
}

// shownWithin is how long the provider takes at most to show a record at its own name servers.
const shownWithin = time.Minute

// hidden reports whether the provider has held the challenge's TXT record for longer than it should take to be seen,
// and the zone's name server does not show it.
func hidden(r *diagnose.Route) bool {
	d, ok := r.Index.Snapshot.Domains[r.Host]
	if !ok || d.Challenge.Authority.Error != "" || d.Challenge.Authority.Rcode == "" || r.Challenge == nil ||
		slices.Contains(d.Challenge.Authority.Data, r.Challenge.Spec.Key) {
		return false
	}
	own, _ := answersAt(r)
	return slices.ContainsFunc(
		own,
		func(rec diagnose.Record) bool { return !rec.Created.IsZero() && r.Age(rec.Created) > shownWithin },
	)
}

func findNeverSeen(r *diagnose.Route) []diagnose.Finding {
	c := r.Challenge
	if c == nil || !c.Status.Presented || r.Age(c.CreationTimestamp.Time) < spreading && !hidden(r) {
		return nil
	}
	s, ok := said(r, "not yet propagated")
	if !ok || r.Has(splitHorizon, challengeAlias, credential.ZoneNotActive) {
		return nil
	}
	servers := "the zone's name servers"
	if r.Zone != nil && len(r.Zone.NameServers) > 0 {
		servers = r.Zone.NameServers[0]
	}
	summary := fmt.Sprintf(
		"the TXT record of the challenge has not been seen for %s",
		r.Age(c.CreationTimestamp.Time).Round(time.Second),
	)
	if own, _ := answersAt(r); r.Zone != nil && r.Index.Looked(facts.Provider, r.Zone.Name) {
		if len(own) > 0 {
			summary += ": the provider has it, and the name servers that cert-manager queries do not return it"
		} else {
			summary += ": the provider does not have it in the right zone"
		}
	}
	command := fmt.Sprintf("dig TXT %s @%s", txtName(r), servers)
	if strings.Contains(servers, " ") {
		command = "dig TXT " + txtName(r)
	}
	evidence := slices.Concat(
		[]diagnose.Evidence{
			s.evidence(),
			diagnose.Fact(challengeName(c), "presented, created %s", diagnose.Stamp(c.CreationTimestamp.Time)),
		},
		txtEvidence(r),
	)
	return diagnose.One(
		challengeName(c),
		summary,
		diagnose.Remedy{
			Text:    "find where the TXT record is lost: zone, delegation, or the cluster's resolver",
			Command: command,
		},
		evidence...)
}
