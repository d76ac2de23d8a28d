package diagnose

import (
	"fmt"
	"slices"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

func dnsNeeds(r *route) []need {
	zone := ""
	if r.zone != nil {
		zone = r.zone.Name
	}
	return []need{
		{facts.Ingresses, r.Ingress.Namespace},
		{facts.Deployments, r.dns.space()},
		{facts.Pods, r.dns.space()},
		{facts.Logs, r.dns.space()},
		{facts.Provider, zone},
		{facts.DNS, r.Host},
	}
}

// dnsWorks compares what the Ingress reports, what the provider holds, and what the zone's name server and a public resolver answer. Of
// a proxied record the answers are the provider's own addresses.
func dnsWorks(r *route) (State, string) {
	if r.ingress != nil && len(r.published) == 0 {
		return Broken, ingressName(r.ingress) + ": reports no address to publish"
	}
	proxied := slices.ContainsFunc(r.records, func(o record) bool { return o.Proxied })
	if r.looked(facts.Provider, "") {
		var held []string
		for _, o := range r.records {
			if o.Type == "A" || o.Type == "AAAA" || o.Type == "CNAME" {
				held = append(held, o.Content)
			}
		}
		if len(held) == 0 {
			return Broken, "the provider holds no record of " + r.Host
		}
		if r.ingress != nil && !same(held, r.published) {
			return Broken, fmt.Sprintf("the provider holds %s, the Ingress reports %s", list(held), list(r.published))
		}
	}
	if !r.asked {
		return Unknown, "the DNS was not asked for " + r.Host
	}
	for _, a := range []struct {
		who string
		facts.Answer
	}{{"the zone's name server", r.answers.Authority}, {"a public resolver", r.answers.Resolver}} {
		switch {
		case a.Error != "":
			return Broken, a.who + " could not be asked: " + a.Error
		case len(a.Addresses) == 0:
			return Broken, fmt.Sprintf("%s answers %s, no address", a.who, a.Rcode)
		case !proxied && r.ingress != nil && !same(a.Addresses, r.published) && len(a.Names) == 0:
			return Broken, fmt.Sprintf("%s answers %s, the Ingress reports %s", a.who, list(a.Addresses), list(r.published))
		}
	}
	return Clear, fmt.Sprintf("%s: %s at the provider, its name server and a public resolver", r.Host, list(r.answers.Resolver.Addresses))
}

// same reports whether two lists hold the same entries, in any order.
func same(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for _, entry := range a {
		if !slices.Contains(b, entry) {
			return false
		}
	}
	return true
}
