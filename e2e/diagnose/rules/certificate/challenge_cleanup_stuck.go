package certificate

import (
	"fmt"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	cm "github.com/edgeproof/edgeproof/e2e/edge/certmanager"
)

const cleanupStuck diagnose.Code = "challenge-cleanup-stuck"

func cleanupStuckRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     cleanupStuck,
		Meaning:  "a finished challenge cannot be cleaned up; the certificate is good",
		Evidence: "the Challenge is being deleted with a finalizer and an event CleanUpError",
		Remedy:   "restore the credential; as a last resort remove the finalizer and the TXT record",
		Fallback: true,
		Kind:     diagnose.Note,
		Find:     findCleanupStuck,
	}}
}

// findCleanupStuck looks at all challenges for the host: that of an older order may be the one that is stuck.
func findCleanupStuck(r *diagnose.Route) []diagnose.Finding {
	if r.Source == nil {
		return nil
	}
	for _, c := range r.Index.Contenders[strings.TrimPrefix(r.Host, "*.")] {
		if c.DeletionTimestamp == nil || c.Namespace != r.Ingress.Namespace || len(c.Finalizers) == 0 ||
			r.Age(c.DeletionTimestamp.Time) < newborn {
			continue
		}
		evidence := []diagnose.Evidence{
			diagnose.Fact(
				challengeName(c),
				"being deleted since %s, finalizers %s, state %s",
				diagnose.Stamp(c.DeletionTimestamp.Time),
				diagnose.List(c.Finalizers),
				c.Status.State,
			),
		}
		for _, e := range r.Index.EventsOf("Challenge", c.Namespace, c.Name) {
			if e.Reason == "CleanUpError" {
				evidence = append(evidence, diagnose.Fact("event on "+challengeName(c), "%s", e.Message))
				break
			}
		}
		summary := fmt.Sprintf("%s is done and cannot be cleaned up", challengeName(c))
		if cm.True(r.Certificate, ready) {
			summary += "; the certificate is good"
		}
		return diagnose.One(challengeName(c), summary, diagnose.Remedy{
			Text: "restore the credential, and the Challenge is deleted by itself; as a last resort remove the finalizer, " +
				"and " +
				"the TXT record by hand",
			Command: fmt.Sprintf(
				`kubectl -n %s patch challenge %s --type=merge -p '{"metadata":{"finalizers":null}}'`,
				c.Namespace,
				c.Name,
			),
		}, evidence...)
	}
	return nil
}
