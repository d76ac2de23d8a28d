package credential

import (
	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/cloudflare"
)

const providerUnreachable diagnose.Code = "cloudflare-unreachable"

func providerUnreachableRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     providerUnreachable,
		Meaning:  "the cluster does not reach Cloudflare's API",
		Evidence: "dial, look-up, timeout or x509 errors for api.cloudflare.com",
		Remedy:   "allow TCP 443 and DNS from the namespace",
		Blocks:   []diagnose.Layer{diagnose.DNS, diagnose.Certificate},
		Find:     findProviderUnreachable,
	}}
}

func findProviderUnreachable(r *diagnose.Route) []diagnose.Finding {
	evidence := troubles(r, cloudflare.Unreachable, nil)
	if len(evidence) == 0 {
		return nil
	}
	space := r.Sync.Space()
	if space == "" {
		space = r.Index.Snapshot.ClusterResources()
	}
	return diagnose.One(
		cloudflareAPI,
		"the cluster does not reach Cloudflare's API",
		diagnose.Remedy{
			Text:    "allow TCP 443 to api.cloudflare.com, and DNS, from namespace " + space,
			Command: "kubectl -n " + space + " get networkpolicies",
		},
		evidence...)
}
