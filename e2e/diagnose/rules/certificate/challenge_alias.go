package certificate

import (
	"fmt"
	"strings"

	acme "github.com/cert-manager/cert-manager/pkg/apis/acme/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	cm "github.com/edgeproof/edgeproof/e2e/edge/certmanager"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const challengeAlias diagnose.Code = "challenge-alias"

func challengeAliasRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    challengeAlias,
		Meaning: "the name of the DNS-01 challenge is an alias, and the TXT record is not written where it leads",
		Evidence: "_acme-challenge of the host is a CNAME, or a wildcard CNAME covers it: the CA follows it; cert-manager " +
			"does so with cnameStrategy Follow only, and then needs the zone of the target",
		Remedy: "set cnameStrategy: Follow and let the token see the target's zone, or delete the CNAME",
		Find:   findChallengeAlias,
	}}
}

func findChallengeAlias(r *diagnose.Route) []diagnose.Finding {
	c := r.Challenge
	if c == nil || c.Spec.Type != acme.ACMEChallengeTypeDNS01 || c.DeletionTimestamp != nil ||
		!cm.Unsettled(r.Certificate) || c.Status.Reason == "" {
		return nil
	}
	to := aliasOf(r)
	if to == "" {
		return nil
	}
	follows := c.Spec.Solver.DNS01 != nil && c.Spec.Solver.DNS01.CNAMEStrategy == acme.FollowStrategy
	from, wild := aliasRecord(r)
	evidence := []diagnose.Evidence{
		diagnose.Fact(challengeName(c), "%s", c.Status.Reason),
		diagnose.Fact("DNS resolver", "%s is an alias of %s", txtName(r), to),
	}
	if from != nil {
		evidence = append(evidence, from.Evidence())
	}
	switch {
	case !follows:
		return diagnose.One("record "+txtName(r)+" CNAME", fmt.Sprintf("the CA follows the alias %s to %s, and the solver "+
			"does not: its cnameStrategy is None", txtName(r), to), patchIssuer(r, "set cnameStrategy: Follow in the solver, "+
			"or delete the CNAME", `{"spec":{"acme":{"solvers":[{"dns01":{"cnameStrategy":"Follow", …}}]}}}`), evidence...)
	case wild:
		return diagnose.One("record "+from.Name+" CNAME", fmt.Sprintf("the wildcard %s makes %s an alias of %s, which the "+
			"solver follows out of the zone", from.Name, txtName(r), to), diagnose.Remedy{
			Text: "set cnameStrategy: None, or give " + txtName(r) + " a record of its own, which the wildcard then " +
				"leaves alone",
		}, evidence...)
	case strings.Contains(c.Status.Reason, "Found no Zones") && zoneless(r, to):
		return diagnose.One("zone of "+to, fmt.Sprintf("the challenge is delegated to %s, and the issuer's token sees "+
			"no zone "+
			"of that name", to), diagnose.Remedy{
			Text: "give the solver a token that sees the zone of " + to + ", in a solver with a selector for the host",
		}, evidence...)
	}
	return nil
}

// aliasOf is where the challenge's name leads, "" when it is no alias. It is asked of the public DNS, or else
// read from the provider's records.
func aliasOf(r *diagnose.Route) string {
	if d, ok := r.Index.Snapshot.Domains[r.Host]; ok {
		for _, a := range []facts.Answer{d.Challenge.Resolver, d.Challenge.Authority} {
			if len(a.Names) > 0 {
				return a.Names[len(a.Names)-1]
			}
		}
		return ""
	}
	if rec, _ := aliasRecord(r); rec != nil {
		return rec.Content
	}
	return ""
}

// aliasRecord is the CNAME at the provider that makes the challenge's name an alias, and whether it is a wildcard.
func aliasRecord(r *diagnose.Route) (*diagnose.Record, bool) {
	name := txtName(r)
	for at := name; ; {
		for _, rec := range r.Index.Records[at] {
			if rec.Type == "CNAME" {
				return &rec, at != name
			}
		}
		if at == name && len(r.Index.Records[at]) > 0 {
			return nil, false // it exists, so no wildcard stands for it (RFC 4592)
		}
		_, parent, ok := strings.Cut(strings.TrimPrefix(at, "*."), ".")
		if !ok {
			return nil, false
		}
		at = "*." + parent
	}
}

// zoneless reports whether the provider was read and shows no zone of a name.
func zoneless(r *diagnose.Route, name string) bool {
	for rest, ok := name, true; ok; _, rest, ok = strings.Cut(rest, ".") {
		if len(r.Index.Zones[rest]) > 0 {
			return false
		}
	}
	return r.Index.Looked(facts.Provider, "")
}
