package certificate

import (
	"strings"
	"time"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const rateLimited diagnose.Code = "acme-rate-limited"

func rateLimitedRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     rateLimited,
		Meaning:  "the ACME server's rate limit is reached",
		Evidence: "urn:ietf:params:acme:error:rateLimited in the Order; a bare 429 in a Challenge is the DNS provider's",
		Remedy:   "wait until the time in the error; test against staging; keep the Secrets",
		Find:     findRateLimited,
	}}
}

func findRateLimited(r *diagnose.Route) []diagnose.Finding {
	s, ok := said(r, "urn:ietf:params:acme:error:rateLimited")
	if !ok {
		return nil
	}
	until, known := retryAfter(s.text)
	if known && !until.After(r.Index.Snapshot.Time) {
		return nil // over: what is left is the back-off
	}
	when := "for some hours"
	if known {
		when = "until " + diagnose.Stamp(until)
	}
	return diagnose.One(
		orderOrCertificate(r),
		"the ACME server's rate limit is reached "+when,
		diagnose.Remedy{
			Text: "wait " + when + "; test against a staging issuer, and keep the Secrets of certificates when a cluster is " +
				"rebuilt",
		},
		s.evidence(),
	)
}

// retryAfter reads when a rate limit ends: "retry after 2026-03-02 04:05:06 UTC", or in RFC 3339 as it was before.
func retryAfter(text string) (time.Time, bool) {
	_, text, ok := strings.Cut(text, "retry after ")
	if !ok {
		return time.Time{}, false
	}
	for _, layout := range []string{"2006-01-02 15:04:05 MST", time.RFC3339} {
		if len(text) >= len(layout) {
			if t, err := time.Parse(layout, text[:len(layout)]); err == nil {
				return t, true
			}
		}
	}
	if word, _, _ := strings.Cut(text, " "); word != "" {
		if t, err := time.Parse(time.RFC3339, strings.TrimRight(word, ":,.")); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
