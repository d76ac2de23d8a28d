package dns

import (
	"fmt"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const externalDNSCrash diagnose.Code = "external-dns-crashloop"

func externalDNSCrashRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    externalDNSCrash,
		Meaning: "external-dns exits repeatedly, so no records are written",
		Evidence: "its container waits in CrashLoopBackOff, or has restarted twice and not synced since; the last " +
			"fatal line of the previous run gives the reason, in " +
			"lower or upper case (0.20 `Failed to do run once`, 0.23 `failed to do run once`)",
		Remedy: "correct the cause that the fatal line names",
		After:  []diagnose.Code{policyFlagMissing, ownerOrPrefix, sourceUnreadable},
		Kind:   diagnose.Symptom,
		Find:   findCrash,
	}}
}

func findCrash(r *diagnose.Route) []diagnose.Finding {
	s := r.Sync
	pod, seen := crashing(s)
	if pod == nil || r.Has(policyFlagMissing, ownerOrPrefix) {
		return nil
	}
	evidence := []diagnose.Evidence{diagnose.Fact(diagnose.Object("Pod", pod.Namespace, pod.Name), "%s", seen)}
	summary, remedy := "external-dns exits repeatedly, so no records are written", "read the log of the previous "+
		"run "+
		"and correct the cause that it names"
	if s.Syncs.Fatal != nil {
		evidence = append(evidence, diagnose.Logged(facts.ExternalDNS, *s.Syncs.Fatal))
		summary += ": " + diagnose.Short(s.Syncs.Fatal.Message)
		if strings.Contains(s.Syncs.Fatal.Message, "traefik.containo.us") {
			remedy = "its source traefik-proxy waits for kinds of traefik.containo.us, which are not installed: " +
				"remove --traefik-enable-legacy, or before " +
				"0.18 set --traefik-disable-legacy; or install those CRDs"
		}
	}
	if strings.Contains(seen, "OOMKilled") {
		summary, remedy = summary+": it exceeds its memory limit", "raise its memory limit, or narrow its sources and "+
			"namespaces"
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
