package dns

import (
	"fmt"
	"time"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

// retrying is how long external-dns 0.21 and later may be silent while its client tries the provider's API again.
const retrying = 5 * time.Minute

// patience is the age of a last sync up to which the next one is not overdue.
func patience(r *diagnose.Route) time.Duration {
	if len(r.Sync.Syncs.Failed) > 0 && !r.Sync.Before(0, 21) {
		return max(retrying, r.Sync.Config.Patience())
	}
	return r.Sync.Config.Patience()
}

// hanging says that the last sync is too long ago, for the end of a sentence.
func hanging(r *diagnose.Route) string {
	if good := r.Sync.Syncs.Good; !good.IsZero() && r.Age(good) > patience(r) {
		return fmt.Sprintf("; external-dns last synced %s ago", r.Age(good).Round(time.Second))
	}
	return ""
}

// syncEvidence is what external-dns knows: what the Ingress wants, and when it last synced.
func syncEvidence(r *diagnose.Route, n comparison) []diagnose.Evidence {
	out := []diagnose.Evidence{diagnose.Fact(r.Source.String(), "wants %s", diagnose.List(n.wanted))}
	if good := r.Sync.Syncs.Good; !good.IsZero() {
		out = append(out, diagnose.Fact("log "+string(facts.ExternalDNS), "last good sync %s", diagnose.Stamp(good)))
	}
	return out
}

func answerEvidence(r *diagnose.Route) []diagnose.Evidence {
	if !r.Asked {
		return nil
	}
	return []diagnose.Evidence{
		diagnose.Fact("DNS authority", "%s", answer(r.Answers.Authority)),
		diagnose.Fact("DNS resolver", "%s", answer(r.Answers.Resolver)),
	}
}

func answer(a facts.Answer) string {
	switch {
	case a.Error != "":
		return a.Error
	case len(a.Addresses) == 0:
		return a.Rcode + " without an address"
	}
	return fmt.Sprintf("%s, TTL %d", diagnose.List(a.Addresses), a.TTL)
}
