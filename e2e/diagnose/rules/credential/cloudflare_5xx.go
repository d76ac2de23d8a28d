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
		Evidence: "status 5xx, HTML where JSON was due, a connection cut off",
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
		diagnose.Remedy{Text: "wait: both controllers try again; nothing in the cluster is at fault"},
		evidence...)
}
