package credential

import (
	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/cloudflare"
)

const tokenNewline diagnose.Code = "token-trailing-newline"

func tokenNewlineRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     tokenNewline,
		Meaning:  "the token was stored with a line end: cert-manager and external-dns before 0.23 do not accept it",
		Evidence: "the value begins or ends with white space; \"does the API token contain a newline?\"",
		Remedy:   "store the token without the line end",
		Blocks:   []diagnose.Layer{diagnose.DNS, diagnose.Certificate},
		Affects:  servesUntrimmed,
		Find:     findNewline,
	}}
}

// findNewline finds white space around the token. external-dns trims it since 0.23, so that only certificates seem to
// fail.
func findNewline(r *diagnose.Route) []diagnose.Finding {
	return each(r, func(u diagnose.Use) []diagnose.Finding {
		secret, key, ok := shape(r, u)
		signs := signsFor(r, cloudflare.BadHeader)
		if (secret == nil && len(signs) == 0) || (secret != nil && (!ok || !key.Spaced)) {
			return nil
		}
		evidence := append(
			[]diagnose.Evidence{
				diagnose.Fact(u.String(), "key %s begins or ends with white space, %d bytes", u.Key, key.Length),
			},
			evidenceOf(signs)...)
		summary := "the token was stored with a line end, which an HTTP header must not contain"
		if !r.Sync.Before(0, 23) && len(signs) > 0 {
			summary += "; external-dns trims it, so that only certificates fail"
		}
		return diagnose.One(
			u.String(),
			summary,
			store(u, "store the token without the line end"),
			append(evidence, usedBy(u)...)...)
	})
}

// servesUntrimmed is serves for a token with white space around it, which external-dns takes off since 0.23.
func servesUntrimmed(r *diagnose.Route, f diagnose.Finding, l diagnose.Layer) bool {
	return serves(r, f, l) && (l != diagnose.DNS || r.Sync.Before(0, 23))
}
