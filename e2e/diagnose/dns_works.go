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

// dnsWorks compares what the Ingress asks external-dns to publish, what the provider holds, and what the zone's name server and a public
// resolver answer. Of a proxied record the answers are the provider's own addresses.
func dnsWorks(r *route) (State, string) {
	n := r.naming()
	if r.ingress != nil && len(n.wanted) == 0 {
		return Broken, ingressName(r.ingress) + ": reports no address to publish"
	}
	switch {
	case !r.looked(facts.Provider, ""):
	case len(n.held) == 0 && n.state != right:
		return Broken, "the provider holds no record of " + r.Host
	case n.state == wrong:
		return Broken, fmt.Sprintf("the provider holds %s, the Ingress reports %s", list(contents(n.held)), list(n.wanted))
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
		case len(a.Addresses) == 0 && typeOf(n.wanted) == "CNAME" && slices.ContainsFunc(a.Names, func(to string) bool { return sameSet([]string{to}, n.wanted) }):
			// a name server of the zone answers with the name that the load balancer has, which is another zone's
		case len(a.Addresses) == 0:
			return Broken, fmt.Sprintf("%s answers %s, no address", a.who, a.Rcode)
		case !r.proxied(n) && r.ingress != nil && len(a.Names) == 0 && !sameSet(a.Addresses, n.wanted):
			return Broken, fmt.Sprintf("%s answers %s, the Ingress reports %s", a.who, list(a.Addresses), list(n.wanted))
		}
	}
	return Clear, fmt.Sprintf("%s: %s at the provider, its name server and a public resolver", r.Host, list(r.answers.Resolver.Addresses))
}
