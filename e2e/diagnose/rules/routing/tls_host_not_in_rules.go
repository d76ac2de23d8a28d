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
	if r.Source == nil || len(r.Source.Spec.TLS) == 0 {
		return nil
	}
	var hosts []string
	for _, block := range r.Source.Spec.TLS {
		hosts = append(hosts, block.Hosts...)
	}
	tls, rules := diagnose.Fact(
		diagnose.IngressName(r.Source),
		"TLS hosts %s",
		diagnose.List(hosts),
	), diagnose.Fact(
		diagnose.IngressName(r.Source),
		"rules for %s",
		diagnose.List(diagnose.RuleHosts(r.Source)),
	)
	switch {
	case r.Rule != nil && r.Block == nil && len(hosts) > 0 && !r.HasTLSElsewhere():
		return diagnose.One(
			diagnose.IngressName(r.Source),
			fmt.Sprintf(
				"%s has a rule and is in no TLS block, so HTTPS shows a certificate that is not for it",
				r.Host,
			),
			diagnose.Remedy{
				Text: "add the host to a TLS block",
				Command: fmt.Sprintf(
					`kubectl -n %s patch ingress %s --type=json -p '[{"op":"add","path":"/spec/tls/0/hosts/-","value":"%s"}]'`,
					r.Ingress.Namespace,
					r.Ingress.Name,
					r.Host,
				),
			},
			tls,
			rules,
		)
	case r.Rule == nil && r.Block != nil && r.Source.Spec.DefaultBackend == nil && len(r.Index.ByHost[r.Host]) == 1:
		return diagnose.One(
			diagnose.IngressName(r.Source),
			fmt.Sprintf("%s is in a TLS block and has no rule, so its name leads nowhere", r.Host),
			diagnose.Remedy{Text: "add a rule for the host, or take it out of the TLS block"},
			tls,
			rules,
		)
	}
	return nil
}
