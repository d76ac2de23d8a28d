package certificate

import (
	"fmt"
	"strings"
	"time"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const wrongTXT diagnose.Code = "stale-or-wrong-txt"

func wrongTXTRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    wrongTXT,
		Meaning: "the CA did not find the TXT record of this challenge",
		Evidence: "urn:ietf:params:acme:error:unauthorized with `Incorrect TXT record` or `No TXT record found`, or " +
			"NXDOMAIN looking up TXT",
		Remedy: "delete stale TXT records and try again",
		After:  []diagnose.Code{secondary},
		Find:   findWrongTXT,
	}}
}

// findWrongTXT knows the words of Let's Encrypt's Boulder and those of Pebble, the other CA of the same house.
func findWrongTXT(r *diagnose.Route) []diagnose.Finding {
	s, ok := said(
		r,
		"Incorrect TXT record",
		"Correct value not found for DNS challenge",
		"No TXT record",
		"NXDOMAIN looking up TXT",
	)
	if !ok || r.Has(secondary) {
		return nil
	}
	_, stale := answersAt(r)
	another := strings.Contains(s.text, "Incorrect TXT") || strings.Contains(s.text, "Correct value not found")
	if another && len(stale) == 0 && cleaned(r) {
		return nil // corrected: what is left is the back-off
	}
	summary, remedy := fmt.Sprintf(
		"the CA found no TXT record %s",
		txtName(r),
	), renew(
		r,
		"make sure that the record reaches the zone's name servers, and try again",
	)
	if another {
		summary = fmt.Sprintf("the CA found a TXT record %s that is not for this challenge", txtName(r))
		if len(stale) > 0 && r.Index.CertManager.Before(1, 20) {
			summary += "; cert-manager before 1.20 leaves one behind when it cannot clean up"
		}
		remedy = renew(r, "delete the stale record and try again")
		if d := diagnose.Drop("", stale...); d.Command != "" {
			remedy.Command = d.Command + " && " + remedy.Command
		}
	}
	return diagnose.One(
		"record "+txtName(r)+" TXT",
		summary,
		remedy,
		append([]diagnose.Evidence{s.evidence()}, txtEvidence(r)...)...)
}

// forgetting is how long resolvers may go on answering with a TXT record that is gone.
const forgetting = 10 * time.Minute

// cleaned reports whether the failure is so old that its records are no longer expected: neither provider nor
// DNS has a TXT record for the challenge.
func cleaned(r *diagnose.Route) bool {
	if _, waits := backingOff(r); !waits || r.Age(r.Certificate.Status.LastFailureTime.Time) < forgetting ||
		r.Zone == nil ||
		!r.Index.Looked(facts.Provider, r.Zone.Name) {
		return false
	}
	d := r.Index.Snapshot.Domains[r.Host]
	return len(d.Challenge.Authority.Data)+len(d.Challenge.Resolver.Data) == 0
}
