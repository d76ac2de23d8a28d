package dns

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const softErrors diagnose.Code = "soft-error-loop-pod-ready"

func softErrorsRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    softErrors,
		Meaning: "external-dns fails in every sync while its pod is ready",
		Evidence: "two `Failed to do run once … (consecutive soft errors: N)` or more since the last good sync; the " +
			"probes " +
			"of the pod always answer 200",
		Remedy:   "correct the cause that the inner error names",
		Fallback: true,
		Kind:     diagnose.Symptom,
		Find:     findSoftErrors,
	}}
}

func findSoftErrors(r *diagnose.Route) []diagnose.Finding {
	s := r.Sync
	if len(s.Syncs.Failed) < 2 || !s.Available() {
		return nil
	}
	last := s.Syncs.Failed[len(s.Syncs.Failed)-1]
	return diagnose.One(
		s.String(),
		fmt.Sprintf(
			"external-dns has failed in %d syncs in a row while its pod is ready: %s",
			len(s.Syncs.Failed),
			diagnose.Short(last.Message),
		),
		diagnose.Remedy{
			Text:    "correct the cause that the inner error names",
			Command: fmt.Sprintf("kubectl -n %s logs deploy/%s --since=10m", s.Namespace, s.Name),
		},
		diagnose.Logged(
			facts.ExternalDNS,
			last,
		),
		diagnose.Fact(s.String(), "%d replicas available", s.Workload.Available),
	)
}
