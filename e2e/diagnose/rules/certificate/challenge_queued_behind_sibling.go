package certificate

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	cm "github.com/edgeproof/edgeproof/e2e/edge/certmanager"
)

const queued diagnose.Code = "challenge-queued-behind-sibling"

func queuedRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     queued,
		Meaning:  "the challenge has not begun: another for the same name is under way",
		Evidence: "processing=false without reason or event, and a Challenge of the same name with processing=true",
		Remedy:   "finish or delete the other Challenge",
		Kind:     diagnose.Wait,
		Find:     findQueued,
	}}
}

// atOneTime is how many challenges cert-manager works on together (flag --max-concurrent-challenges).
const atOneTime = 60

func findQueued(r *diagnose.Route) []diagnose.Finding {
	c := r.Challenge
	if c == nil || !cm.Unsettled(r.Certificate) || c.Status.Processing || c.Status.Reason != "" ||
		c.Status.State != "" {
		return nil
	}
	for _, sibling := range r.Index.Contenders[c.Spec.DNSName] {
		if sibling == c || !sibling.Status.Processing || sibling.Spec.Type != c.Spec.Type {
			continue
		}
		return diagnose.One(
			challengeName(sibling),
			fmt.Sprintf(
				"%s is queued: %s for the same name is under way",
				challengeName(c),
				challengeName(sibling),
			),
			diagnose.Remedy{
				Text:    "finish the other challenge, or delete it",
				Command: fmt.Sprintf("kubectl -n %s delete challenge %s", sibling.Namespace, sibling.Name),
			},
			diagnose.Fact(challengeName(c), "processing=false, no reason"),
			diagnose.Fact(challengeName(sibling), "processing=true, %s", sibling.Status.Reason),
		)
	}
	if r.Index.Processing >= atOneTime {
		return diagnose.One(
			challengeName(c),
			fmt.Sprintf(
				"%s is queued: cert-manager processes %d challenges",
				challengeName(c),
				r.Index.Processing,
			),
			diagnose.Remedy{
				Text: "wait",
			},
			diagnose.Fact(challengeName(c), "processing=false, no reason"),
			diagnose.Fact("Challenges", "%d with processing=true", r.Index.Processing),
		)
	}
	return nil
}
