package dns

import (
	"fmt"
	"time"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const resolverStillCaches diagnose.Code = "dns-cache-ttl"

func resolverStillCachesRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     resolverStillCaches,
		Meaning:  "resolvers still cache the previous answer",
		Evidence: "the zone's name servers give the right answer, and a public resolver gives another",
		Remedy:   "wait until the TTL of the cached answer expires",
		Fallback: true,
		Kind:     diagnose.Wait,
		Find:     findCache,
	}}
}

func findCache(r *diagnose.Route) []diagnose.Finding {
	n := naming(r)
	authority, resolver := r.Answers.Authority, r.Answers.Resolver
	if !r.Asked || r.Proxied() || !sameSet(n.wanted, authority.Addresses) || resolver.Error != "" ||
		resolver.Rcode == "" ||
		sameSet(authority.Addresses, resolver.Addresses) {
		return nil
	}
	wait := "its negative TTL"
	if resolver.TTL > 0 {
		wait = (time.Duration(resolver.TTL) * time.Second).String()
	}
	return diagnose.One(
		recordName(r, n),
		fmt.Sprintf(
			"a public resolver still answers %s; the zone's name servers have %s",
			answer(resolver),
			diagnose.List(authority.Addresses),
		),
		diagnose.Remedy{Text: "wait for " + wait},
		answerEvidence(r)...)
}
