package routing

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const tlsHostNotInRules diagnose.Code = "tls-host-not-in-rules"

func tlsHostNotInRulesRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     tlsHostNotInRules,
		Meaning:  "the rules and the TLS blocks of an Ingress name different hosts",
		Evidence: "the host is in one of the two lists only",
		Remedy:   "name the host in both lists",
		Blocks:   []diagnose.Layer{diagnose.Certificate},
		Find:     findTLSHosts,
	}}
}

// findTLSHosts compares the two lists of hosts of an Ingress. Both are published, and only a host in both is served
// well.
func findTLSHosts(r *diagnose.Route) []diagnose.Finding {
	if r.Source == nil || len(r.Source.TLS) == 0 {
		return nil
	}
	var hosts []string
	for _, block := range r.Source.TLS {
		hosts = append(hosts, block.Hosts...)
	}
	tls, rules := diagnose.Fact(
		r.Source.String(),
		"TLS hosts %s",
		diagnose.List(hosts),
	), diagnose.Fact(
		r.Source.String(),
		"rules for %s",
		diagnose.List(r.Source.RuleHosts()),
	)
	switch {
	case r.Rule != nil && r.Block == nil && len(hosts) > 0 && !r.HasTLSElsewhere():
		return diagnose.One(
			r.Source.String(),
			fmt.Sprintf(
				"%s has a rule and is in no TLS block, so HTTPS shows a certificate that is not for it",
				r.Host,
			),
			diagnose.Remedy{
				Text: "add the host to a TLS block",
				Command: r.Source.Patch(
					"json",
					fmt.Sprintf(`[{"op":"add","path":"/spec/tls/0/hosts/-","value":"%s"}]`, r.Host),
				),
			},
			tls,
			rules,
		)
	case r.Rule == nil && r.Block != nil && r.Source.Default == nil && len(r.Index.ByHost[r.Host]) == 1:
		return diagnose.One(
			r.Source.String(),
			fmt.Sprintf("%s is in a TLS block and has no rule, so it is not routed", r.Host),
			diagnose.Remedy{Text: "add a rule for the host, or remove it from the TLS block"},
			tls,
			rules,
		)
	}
	return nil
}
