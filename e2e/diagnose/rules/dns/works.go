package dns

import (
	"fmt"
	"slices"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

func needs(r *diagnose.Route) []diagnose.Need {
	zone := ""
	if r.Zone != nil {
		zone = r.Zone.Name
	}
	return []diagnose.Need{
		{Part: r.Part(), Where: r.Ingress.Namespace},
		{Part: facts.Deployments, Where: r.Sync.Space()},
		{Part: facts.Pods, Where: r.Sync.Space()},
		{Part: facts.Logs, Where: r.Sync.Space()},
		{Part: facts.Provider, Where: zone},
		{Part: facts.DNS, Where: r.Host},
	}
}

// works compares what the Ingress asks external-dns to publish, what the provider holds, and what the zone's name
// server and a public resolver answer. Of a proxied record the answers are the provider's own addresses.
func works(r *diagnose.Route) (diagnose.State, string) {
	n := naming(r)
	if r.Source != nil && len(n.wanted) == 0 {
		if r.Source.Kind != edge.Ingress && reached(r) {
			return diagnose.Clear, r.Host + " leads to the application, by a record that no object of the cluster publishes"
		}
		return diagnose.Broken, r.Source.String() + ": reports no address to publish"
	}
	switch {
	case !r.Index.Looked(facts.Provider, ""):
	case len(n.held) == 0 && n.state != right:
		return diagnose.Broken, "the provider holds no record of " + r.Host
	case n.state == wrong:
		return diagnose.Broken, fmt.Sprintf(
			"the provider holds %s, the %s reports %s",
			diagnose.List(contents(n.held)),
			r.Source.AskedBy().Kind,
			diagnose.List(n.wanted),
		)
	}
	if !r.Asked {
		return diagnose.Unknown, "the DNS was not queried for " + r.Host
	}
	for _, a := range []struct {
		who    string
		ofZone bool
		facts.Answer
	}{{"the zone's name server", true, r.Answers.Authority}, {"a public resolver", false, r.Answers.Resolver}} {
		switch {
		case a.Error != "":
			return diagnose.Broken, a.who + " could not be asked: " + a.Error
		case len(a.Addresses) == 0 && a.ofZone && typeOf(n.wanted) == "CNAME" &&
			slices.ContainsFunc(a.Names, func(to string) bool { return sameSet([]string{to}, n.wanted) }):
			// a name server of the zone answers with the name that the load balancer has, which is another zone's
		case len(a.Addresses) == 0:
			return diagnose.Broken, fmt.Sprintf("%s answers %s, no address", a.who, a.Rcode)
		case !r.Proxied() && r.Source != nil && len(a.Names) == 0 && !sameSet(a.Addresses, n.wanted):
			return diagnose.Broken, fmt.Sprintf(
				"%s answers %s, the %s reports %s",
				a.who,
				diagnose.List(a.Addresses),
				r.Source.AskedBy().Kind,
				diagnose.List(n.wanted),
			)
		}
	}
	return diagnose.Clear, fmt.Sprintf(
		"%s: %s at the provider, its name server and a public resolver",
		r.Host,
		diagnose.List(r.Answers.Resolver.Addresses),
	)
}
