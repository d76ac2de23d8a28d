package dns

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const externalDNSCrash diagnose.Code = "external-dns-crashloop"

func externalDNSCrashRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     externalDNSCrash,
		Meaning:  "external-dns ends again and again, so nothing writes records",
		Evidence: "its container waits in CrashLoopBackOff; the last fatal line of the run before says why, whatever its case (0.20 `Failed to do run once`, 0.23 `failed to do run once`)",
		Remedy:   "cure what the fatal line says",
		After:    []diagnose.Code{policyFlagMissing, ownerOrPrefix},
		Kind:     diagnose.Symptom,
		Find:     findCrash,
	}}
}

func findCrash(r *diagnose.Route) []diagnose.Finding {
	s := r.Index.Sync
	pod, seen := crashing(s.Program)
	if pod == nil || r.Has(policyFlagMissing, ownerOrPrefix) {
		return nil
	}
	evidence := []diagnose.Evidence{diagnose.Fact(diagnose.Object("Pod", pod.Namespace, pod.Name), "%s", seen)}
	summary, remedy := "external-dns ends again and again, so nothing writes records", "read the log of the run before and cure what it says"
	if s.Syncs.Fatal != nil {
		evidence = append(evidence, diagnose.Logged(facts.ExternalDNS, *s.Syncs.Fatal))
		summary += ": " + diagnose.Short(s.Syncs.Fatal.Message)
	}
	return diagnose.One(
		s.String(),
		summary,
		diagnose.Remedy{
			Text:    remedy,
			Command: fmt.Sprintf("kubectl -n %s logs %s --previous", pod.Namespace, pod.Name),
		},
		evidence...)
}
