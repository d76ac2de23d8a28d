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
		Affects:  hurts,
		Find:     findProviderUnreachable,
	}}
}

func findProviderUnreachable(r *diagnose.Route) []diagnose.Finding {
	evidence := troubles(r, cloudflare.Unreachable, nil)
	if len(evidence) == 0 {
		return nil
	}
	if out := unreachableForOne(r, evidence); out != nil {
		return out
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

// unreachableForOne finds that cert-manager alone does not reach the API, while external-dns does.
func unreachableForOne(r *diagnose.Route, evidence []diagnose.Evidence) []diagnose.Finding {
	manager, good := r.Index.CertManager, r.Sync.Syncs.Good
	if !manager.Runs() || good.IsZero() || r.Age(good) > r.Sync.Config.Patience() {
		return nil
	}
	for _, s := range signsFor(r, cloudflare.Unreachable) {
		if s.By == r.Sync.String() {
			return nil
		}
	}
	where := "in another namespace"
	if r.Sync.Namespace == manager.Namespace {
		where = "in the same namespace, so it is no NetworkPolicy of the namespace as a whole"
	}
	return diagnose.One(
		manager.String(),
		"cert-manager does not get an answer of Cloudflare's API within its time, and external-dns does, "+where+
			": its last sync was at "+
			diagnose.Stamp(
				good,
			),
		diagnose.Remedy{
			Text: "look at what cert-manager's pod has of its own: HTTPS_PROXY, its node and the node's MTU, a " +
				"NetworkPolicy that selects it; it tries " +
				"again within 30 minutes",
			Command: "kubectl -n " + manager.Namespace + " get pods -o wide",
		},
		append(evidence, diagnose.Fact("log external-dns", "last good sync %s", diagnose.Stamp(good)))...)
}

// hurts leaves out the layer of DNS where cert-manager alone does not reach the API.
func hurts(r *diagnose.Route, f diagnose.Finding, l diagnose.Layer) bool {
	return l == diagnose.Certificate || f.Object != r.Index.CertManager.String()
}
