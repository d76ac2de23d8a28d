package dns

import (
	"fmt"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const domainFilter diagnose.Code = "domain-filter-excludes-host"

func domainFilterRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     domainFilter,
		Meaning:  "the host lies outside of what external-dns may write",
		Evidence: "--domain-filter, --exclude-domains or their regular expressions leave the host out, and it has neither record nor ownership record; only a debug line would tell",
		Remedy:   "add the domain to the filter",
		Find:     findDomainFilter,
	}}
}

func findDomainFilter(r *diagnose.Route) []diagnose.Finding {
	s := r.Index.Sync
	if s.Deployment == nil || r.Source == nil || s.Covers(r.Host) || naming(r).state == right {
		return nil
	}
	var filters []string
	for _, flag := range []string{"domain-filter", "exclude-domains", "regex-domain-filter", "regex-domain-exclusion"} {
		for _, value := range s.Options(flag) {
			filters = append(filters, "--"+flag+"="+value)
		}
	}
	remedy := diagnose.Remedy{
		Text:    "let the filter cover the host",
		Command: fmt.Sprintf("kubectl -n %s edit deployment %s", s.Namespace, s.Name),
	}
	if s.Included == nil && s.Excluded == nil && len(s.Exclude) == 0 {
		_, domain, _ := strings.Cut(r.Host, ".")
		if r.Zone != nil {
			domain = r.Zone.Name
		}
		remedy = addFlag(r, "add the domain to the filter", "--domain-filter="+domain)
	}
	return diagnose.One(
		s.String(),
		fmt.Sprintf("the filters of external-dns leave %s out, so it never writes its record", r.Host),
		remedy,
		diagnose.Fact(s.String(), "%s", diagnose.List(filters)),
	)
}
