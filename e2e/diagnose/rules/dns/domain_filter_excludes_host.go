package dns

import (
	"fmt"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const domainFilter diagnose.Code = "domain-filter-excludes-host"

func domainFilterRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    domainFilter,
		Meaning: "the host, or its zone, is not within the domains that external-dns may write",
		Evidence: "--domain-filter, --exclude-domains or their regular expressions exclude the host or its zone, and it " +
			"has neither record nor ownership record; external-dns logs this at debug level only",
		Remedy: "add the domain to the filter",
		Find:   findDomainFilter,
	}}
}

func findDomainFilter(r *diagnose.Route) []diagnose.Finding {
	s := r.Sync
	if !s.Runs() || r.Source == nil || naming(r).state == right {
		return nil
	}
	filter, zone, left := s.Config.Filter, "", ""
	if r.Zone != nil {
		zone = r.Zone.Name
	}
	switch {
	case !filter.Matches(r.Host):
		left = r.Host
	case zone != "" && !filter.Matches(zone):
		left = "the zone " + zone + " of " + r.Host // the filter is asked for zones too
	default:
		return nil
	}
	remedy := diagnose.Remedy{
		Text:    "change the filter to include the host",
		Command: s.Kubectl("edit"),
	}
	if filter.Plain() {
		_, domain, _ := strings.Cut(r.Host, ".")
		if zone != "" {
			domain = zone
		}
		remedy = addFlag(r, "add the domain to the filter", "--domain-filter="+domain)
	}
	return diagnose.One(
		s.String(),
		fmt.Sprintf("the domain filters of external-dns exclude %s, so it never writes its record", left),
		remedy,
		diagnose.Fact(s.String(), "%s", diagnose.List(s.Config.FilterFlags())),
	)
}
