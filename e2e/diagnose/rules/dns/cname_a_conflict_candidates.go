package dns

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const candidates diagnose.Code = "cname-a-conflict-candidates"

func candidatesRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     candidates,
		Meaning:  "some targets of the host are names and others addresses, and external-dns drops the names",
		Evidence: "`conflicting record type candidates; discarding CNAME record` (a warning in 0.23, an info line in 0.20), or Ingresses whose status mixes them",
		Remedy:   "make all targets of the host addresses, or all of them one name",
		Find:     findCandidates,
	}}
}

func findCandidates(r *diagnose.Route) []diagnose.Finding {
	line, told := r.Index.Sync.Syncs.Mixed[r.Host]
	if r.Source == nil || !told && len(naming(r).wanted) < 2 && len(r.Index.ByHost[r.Host]) < 2 {
		return nil
	}
	var all []string
	for _, i := range r.Index.ByHost[r.Host] {
		all = append(all, targetsOf(r, i)...)
	}
	if !told && !mixed(all) {
		return nil
	}
	evidence := targetEvidence(r, r.Index.ByHost[r.Host]...)
	if told {
		evidence = append(evidence, diagnose.Logged(facts.ExternalDNS, line))
	}
	var names []string
	for _, i := range r.Index.ByHost[r.Host] {
		names = append(names, i.String())
	}
	return diagnose.One(
		diagnose.List(names),
		fmt.Sprintf(
			"the targets of %s are names and addresses at once, and external-dns drops the names: %s",
			r.Host,
			diagnose.List(all),
		),
		diagnose.Remedy{
			Text:    "make all targets addresses, or all of them one name",
			Command: "kubectl get ingress -A -o wide",
		},
		evidence...)
}
