package dns

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const candidates diagnose.Code = "cname-a-conflict-candidates"

func candidatesRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    candidates,
		Meaning: "the host has host names and addresses as targets, and external-dns drops the host names",
		Evidence: "`conflicting record type candidates; discarding CNAME record` (a warning in 0.23, an info line in " +
			"0.20), or Ingresses whose status mixes them",
		Remedy: "use only addresses, or only one host name, as targets of the host",
		Find:   findCandidates,
	}}
}

func findCandidates(r *diagnose.Route) []diagnose.Finding {
	line, logged := r.Sync.Syncs.Mixed[r.Host]
	if r.Source == nil || !logged && len(naming(r).wanted) < 2 && len(r.Index.ByHost[r.Host]) < 2 {
		return nil
	}
	var all []string
	for _, i := range r.Index.ByHost[r.Host] {
		all = append(all, targetsOf(r, i)...)
	}
	if !logged && !mixed(all) {
		return nil
	}
	evidence := targetEvidence(r, r.Index.ByHost[r.Host]...)
	if logged {
		evidence = append(evidence, diagnose.Logged(facts.ExternalDNS, line))
	}
	var names []string
	for _, i := range r.Index.ByHost[r.Host] {
		names = append(names, i.String())
	}
	return diagnose.One(
		diagnose.List(names),
		fmt.Sprintf(
			"the targets of %s are both host names and addresses, and external-dns drops the host names: %s",
			r.Host,
			diagnose.List(all),
		),
		diagnose.Remedy{
			Text:    "use only addresses, or only one host name, as targets",
			Command: "kubectl get ingress -A -o wide",
		},
		evidence...)
}
