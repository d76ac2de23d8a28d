package criteria

import (
	"slices"

	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
)

func wf5() Criterion {
	return Criterion{
		ID: "WF-5", Text: "the application ingress has hostnames, TLS block and issuer annotation",
		Check: complete, Needs: []facts.Part{facts.Ingresses}, Shown: ByRoutes,
		TooEarly: "Without hosts no record is written, without the TLS block and the annotation no certificate is asked " +
			"for: later steps wait for a certificate that was never ordered.",
	}
}

// complete judges the hosts, and all that DW-3 requires.
func complete(v View) judge.Judgement {
	j := each(v, func(j *judge.Judgement, r judge.Route, i *edge.Route) {
		hosts := i.RuleHosts()
		if len(hosts) == 0 {
			j.Never("%s: has no rule with a host: there is no name to publish", r.Source)
		}
		for _, host := range r.Hosts {
			if !slices.Contains(hosts, host) {
				j.Never("%s: has no rule for host %s, only for %s", r.Source, host, orNone(hosts))
			}
		}
	})
	// What is not found is reported once.
	if tls := asksForTLS(v); len(tls.Reasons) == 0 || len(j.Reasons) == 0 {
		j.Take(tls)
	}
	return j
}
