package dns

import (
	"fmt"
	"slices"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const proxiedUnexpected diagnose.Code = "proxied-unexpected"

func proxiedUnexpectedRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    proxiedUnexpected,
		Meaning: "the record is proxied but should be DNS only",
		Evidence: "the provider's record is proxied, contrary to annotation or flag; the name then resolves to " +
			"the provider's edge",
		Remedy: "disable the proxy for the record",
		After:  []diagnose.Code{prefixIgnored},
		Find:   findProxied,
	}}
}

func findProxied(r *diagnose.Route) []diagnose.Finding {
	if r.Source == nil || r.Has(prefixIgnored) && r.Broken(diagnose.DNS) {
		return nil
	}
	n := naming(r)
	i := slices.IndexFunc(n.held, func(rec diagnose.Record) bool { return rec.Proxied })
	if i < 0 {
		return nil
	}
	rec := n.held[i]
	wanted, why := r.ToBeProxied()
	if wanted {
		return nil
	}
	evidence := []diagnose.Evidence{rec.Evidence(), diagnose.Fact(r.Source.String(), "%s", why)}
	if r.HTTPS != nil {
		evidence = append(evidence, diagnose.Probed(r.HTTPS))
	}
	return diagnose.One(
		rec.String(),
		fmt.Sprintf("%s is proxied but should not be: %s", rec, why),
		r.Annotate("disable the proxy for the record", r.Sync.Config.Selection.Prefix+"cloudflare-proxied=false"),
		evidence...)
}
