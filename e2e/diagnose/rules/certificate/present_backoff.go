package certificate

import (
	"fmt"
	"strings"
	"time"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/diagnose/rules/credential"
	cm "github.com/edgeproof/edgeproof/e2e/edge/certmanager"
)

const presentBackoff diagnose.Code = "present-backoff"

func presentBackoffRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     presentBackoff,
		Meaning:  "the cause is corrected, and the challenge waits for its next attempt",
		Evidence: "the Challenge still reports an error of the credential, and the credential is good now",
		Remedy:   "wait up to 30 minutes, or delete the Challenge's Order",
		Fallback: true,
		Kind:     diagnose.Wait,
		Find:     findPresentBackoff,
	}}
}

// ofCredential reports whether a challenge's reason is about the credential or the provider's API, which are judged
// in their own layer.
func ofCredential(reason string) bool {
	return strings.Contains(reason, "loudflare") || strings.Contains(reason, "Found no Zones")
}

// credentialCorrected tells that what the issuer's challenges present with is accepted, and may do what it must.
func credentialCorrected(r *diagnose.Route) (diagnose.Evidence, bool) {
	refs := r.Index.CredentialRefs[r.Issuer.String()]
	for _, ref := range refs {
		t := r.Index.Tokens[ref]
		if t == nil || t.Status != credential.Active || t.ZoneRead == nil || !*t.ZoneRead ||
			!credential.Known(credential.Edits(t, r.Host), true) ||
			!credential.SeesZone(t, r.Host) {
			return diagnose.Evidence{}, false
		}
	}
	if len(refs) == 0 {
		return diagnose.Evidence{}, false
	}
	return diagnose.Fact(
		refs[0].String(),
		"the provider accepts the token, which may edit the zone of %s",
		r.Host,
	), true
}

// findPresentBackoff runs after the rules of the credential: a credential that they report is not corrected yet.
func findPresentBackoff(r *diagnose.Route) []diagnose.Finding {
	c := r.Challenge
	if c == nil || !cm.Unsettled(r.Certificate) || c.DeletionTimestamp != nil || c.Status.Presented ||
		!ofCredential(c.Status.Reason) ||
		!r.Unexplained(diagnose.Certificate) {
		return nil
	}
	fact, corrected := credentialCorrected(r)
	if !corrected {
		return nil
	}
	last := c.CreationTimestamp.Time
	for _, e := range r.Index.EventsOf("Challenge", c.Namespace, c.Name) {
		if e.Reason == "PresentError" {
			last = diagnose.EventTime(e)
			break
		}
	}
	remedy := diagnose.Remedy{Text: "wait up to 30 minutes, or delete the Order: it is created again at once"}
	if r.Order != nil {
		remedy.Command = fmt.Sprintf("kubectl -n %s delete order %s", r.Order.Namespace, r.Order.Name)
	}
	return diagnose.One(
		challengeName(c),
		fmt.Sprintf(
			"the cause of the last error, %s ago, is corrected, and cert-manager waits before its next attempt",
			r.Age(last).Round(time.Second),
		),
		remedy,
		diagnose.Fact(challengeName(c), "%s", c.Status.Reason),
		fact,
	)
}
