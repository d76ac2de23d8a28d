package credential

import (
	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/cloudflare"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const providerOutage diagnose.Code = "cloudflare-5xx"

func providerOutageRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     providerOutage,
		Meaning:  "Cloudflare's API fails",
		Evidence: "status 5xx, HTML in place of JSON, or a closed connection",
		Remedy:   "wait: both controllers try again",
		Blocks:   []diagnose.Layer{diagnose.DNS, diagnose.Certificate},
		Find:     findOutage,
	}}
}

func findOutage(r *diagnose.Route) []diagnose.Finding {
	evidence := troubles(r, cloudflare.Outage, func(f facts.Refusal) bool { return f.Status >= 500 })
	if len(evidence) == 0 {
		return nil
	}
	return diagnose.One(
		cloudflareAPI,
		"Cloudflare's API fails",
		diagnose.Remedy{Text: "wait: both controllers try again; the cause is not in the cluster"},
		evidence...)
}
