package credential

import (
	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/cloudflare"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const quotaShared diagnose.Code = "cloudflare-429-shared-quota"

func quotaSharedRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     quotaShared,
		Meaning:  "Cloudflare limits the requests of the account, over all its tokens",
		Evidence: "status 429, codes 10429 and 971 (not the 429 of ACME)",
		Remedy: "wait five minutes; find the account's other API clients; raise external-dns --interval; do not change " +
			"the token",
		Blocks: []diagnose.Layer{diagnose.DNS, diagnose.Certificate},
		Find:   findQuotaShared,
	}}
}

func findQuotaShared(r *diagnose.Route) []diagnose.Finding {
	evidence := troubles(
		r,
		cloudflare.Throttled,
		func(f facts.Refusal) bool { return f.Status == 429 || f.Code == 10429 || f.Code == 971 },
	)
	if len(evidence) == 0 {
		return nil
	}
	return diagnose.One(
		cloudflareAPI,
		"Cloudflare limits the requests of this account, which all its tokens share",
		diagnose.Remedy{
			Text: "wait five minutes and find the account's other API clients; raise external-dns --interval; the token " +
				"is good",
		},
		evidence...)
}
