package credential

import (
	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/cloudflare"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const tokenMalformed diagnose.Code = "token-malformed"

func tokenMalformedRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     tokenMalformed,
		Meaning:  "the value is not an API token: a global key, quoted, or encoded twice",
		Evidence: "Cloudflare's codes 6003 and 6111, status 400",
		Remedy:   "create a scoped API token",
		Blocks:   []diagnose.Layer{diagnose.DNS, diagnose.Certificate},
		Affects:  serves,
		Find:     findMalformed,
	}}
}

func findMalformed(r *diagnose.Route) []diagnose.Finding {
	return each(r, func(u diagnose.Use) []diagnose.Finding {
		return token(
			r,
			u,
			func(t *facts.Token) bool { return t.Status == "malformed" },
			"the value in the Secret does not have the form of a Cloudflare API token",
			"create a scoped API token, not the global key, and store it; then restart external-dns",
			cloudflare.BadForm,
		)
	})
}
