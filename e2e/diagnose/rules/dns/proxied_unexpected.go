package dns

import (
	"fmt"
	"slices"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

const proxiedUnexpected diagnose.Code = "proxied-unexpected"

func proxiedUnexpectedRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    proxiedUnexpected,
		Meaning: "the record is proxied but should be DNS only",
		Evidence: "the provider's record is proxied, contrary to annotation or flag, or the proxy itself fails (525, 526, " +
			"521 …); the name then resolves to the provider's edge",
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
	trouble := proxyTrouble(r)
	if wanted && trouble == "" {
		return nil
	}
	summary := fmt.Sprintf("%s is proxied but should not be: %s", rec, why)
	if wanted {
		summary = fmt.Sprintf("%s is proxied, and the proxy does not serve it: %s", rec, trouble)
	}
	evidence := []diagnose.Evidence{rec.Evidence(), diagnose.Fact(r.Source.String(), "%s", why)}
	if r.HTTPS != nil {
		evidence = append(evidence, diagnose.Probed(r.HTTPS))
	}
	return diagnose.One(
		rec.String(),
		summary,
		r.Annotate("disable the proxy for the record", r.Sync.Config.Selection.Prefix+"cloudflare-proxied=false"),
		evidence...)
}

// proxyTrouble says how a client fares at the provider's proxy, "" for well: 520 to 530 are the proxy's own.
func proxyTrouble(r *diagnose.Route) string {
	switch {
	case r.HTTPS == nil || r.HTTPS.Failed == probe.StepResolve:
	case r.HTTPS.HTTP != nil && r.HTTPS.HTTP.Status >= 520 && r.HTTPS.HTTP.Status <= 530:
		return fmt.Sprintf("it answers %d", r.HTTPS.HTTP.Status)
	case r.HTTPS.Failed != "":
		return fmt.Sprintf("%s fails: %s", r.HTTPS.Failed, r.HTTPS.Class)
	}
	return ""
}
