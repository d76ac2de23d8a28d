package dns

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/cloudflare"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const notProxiable diagnose.Code = "proxied-not-proxiable"

func notProxiableRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     notProxiable,
		Meaning:  "the record requests the proxy, and the provider does not proxy its target",
		Evidence: "the provider's codes 9003, 9004 or 9041 in the log of external-dns; other records are written",
		Remedy:   "do not proxy the record, or publish a public address",
		Find:     findNotProxiable,
	}}
}

func findNotProxiable(r *diagnose.Route) []diagnose.Finding {
	n := naming(r)
	refused, ok := refusedWith(r, cloudflare.RefusesProxy()...)
	if !ok || n.state == right {
		return nil
	}
	wanted, why := r.ToBeProxied()
	evidence := []diagnose.Evidence{diagnose.Logged(facts.ExternalDNS, refused.Line)}
	if wanted {
		evidence = append(evidence, diagnose.Fact("external-dns", "%s", why))
	}
	remedy := diagnose.Remedy{Text: "do not proxy the record, or publish a public address"}
	if r.Source != nil {
		remedy = r.Annotate(remedy.Text, r.Sync.Config.Selection.Prefix+"cloudflare-proxied=false")
	}
	return diagnose.One(
		"record "+r.Host+" "+typeOf(n.wanted),
		fmt.Sprintf("the provider does not proxy a record to %s", diagnose.List(n.wanted)),
		remedy,
		evidence...)
}
