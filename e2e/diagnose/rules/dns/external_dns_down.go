package dns

import (
	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const externalDNSDown diagnose.Code = "external-dns-down"

func externalDNSDownRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     externalDNSDown,
		Meaning:  "no pod of external-dns runs, so no records are written",
		Evidence: "its Deployment has zero desired or zero available replicas, and the record is not right",
		Remedy:   "start it again",
		After:    []diagnose.Code{policyFlagMissing, ownerOrPrefix, sourceUnreadable},
		Kind:     diagnose.Symptom,
		Find:     findDown,
	}}
}

func findDown(r *diagnose.Route) []diagnose.Finding {
	s := r.Sync
	if !s.Runs() {
		if r.Source == nil || len(r.Index.Snapshot.Within) > 0 || !r.Index.Looked(facts.Deployments, "") {
			return nil
		}
		return diagnose.One(
			"Deployment (none)",
			"no external-dns runs in this cluster, so no records are written",
			diagnose.Remedy{
				Text: "install external-dns",
			},
			diagnose.Fact("Deployments", "none has a container of external-dns"),
		)
	}
	if pod, _ := crashing(s); pod != nil || r.Has(policyFlagMissing, ownerOrPrefix) || !r.Down(s.Program) {
		return nil
	}
	if pod, _ := s.Waiting("CreateContainerConfigError"); pod != nil {
		return nil // what it lacks is for the layer of the credential
	}
	remedy := diagnose.Remedy{
		Text:    "find out why its pod is not ready",
		Command: s.Kubectl("describe"),
	}
	if s.Desired == 0 {
		remedy = diagnose.Remedy{
			Text:    "start it",
			Command: s.Kubectl("scale", "--replicas=1"),
		}
	}
	return diagnose.One(
		s.String(),
		"no pod of external-dns runs, so no records are written",
		remedy,
		diagnose.DownEvidence(s.Program)...)
}
