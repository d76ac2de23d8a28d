package dns

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/cloudflare"
)

const (
	tunnelUnproxied diagnose.Code = "tunnel-not-proxied"
	targetNowhere   diagnose.Code = "target-without-address"
	targetForbidden diagnose.Code = "proxied-target-not-allowed"
)

func targetRules() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     tunnelUnproxied,
		Meaning:  "the record leads to a tunnel of Cloudflare, which only its proxy can serve, and is not proxied",
		Evidence: "the record is a CNAME to …cfargotunnel.com, and DNS only",
		Remedy:   "set the annotation cloudflare-proxied: \"true\"",
		After:    []diagnose.Code{prefixIgnored},
		Blocks:   []diagnose.Layer{diagnose.Routing},
		Find:     findTunnelUnproxied,
	}, {
		Code:    targetNowhere,
		Meaning: "the record leads to a name that has no address",
		Evidence: "the name of the annotation target, or of the load balancer, has no address in the public DNS; " +
			"behind Cloudflare's proxy 530 " +
			"with error 1016 or 1001",
		Remedy: "publish a name or an address that the public DNS knows",
		After:  []diagnose.Code{tunnelUnproxied, prefixIgnored},
		Blocks: []diagnose.Layer{diagnose.Routing},
		Find:   findTargetNowhere,
	}, {
		Code:     targetForbidden,
		Meaning:  "Cloudflare's proxy does not take the target of the record",
		Evidence: "error 1000, 1002, 1004, 1014 or 1018 by name",
		Remedy:   "publish a public address of the origin that is none of Cloudflare's",
		After:    []diagnose.Code{targetNowhere},
		Find:     findTargetForbidden,
	}}
}

// alias is the CNAME of the host at the provider, or else the name that is to be published; ok is false for none.
func alias(r *diagnose.Route) (target string, rec *diagnose.Record, ok bool) {
	n := naming(r)
	for i := range n.held {
		if n.held[i].Type == "CNAME" {
			return strings.TrimSuffix(n.held[i].Content, "."), &n.held[i], true
		}
	}
	if len(n.held) == 0 && len(n.wanted) > 0 && typeOf(n.wanted) == "CNAME" {
		return n.wanted[0], nil, true
	}
	return "", nil, false
}

func findTunnelUnproxied(r *diagnose.Route) []diagnose.Finding {
	target, rec, ok := alias(r)
	if !ok || !strings.HasSuffix(target, cloudflare.TunnelDomain) || r.Proxied() || r.Source == nil {
		return nil
	}
	object, evidence := "record "+r.Host+" CNAME", []diagnose.Evidence(nil)
	if rec != nil {
		object, evidence = rec.String(), append(evidence, rec.Evidence())
	}
	if r.HTTPS != nil {
		evidence = append(evidence, diagnose.Probed(r.HTTPS))
	}
	_, why := r.ToBeProxied()
	return diagnose.One(
		object,
		fmt.Sprintf(
			"%s leads to %s, which only Cloudflare's proxy can serve, and is not proxied: %s",
			object,
			target,
			why,
		),
		r.Annotate("let external-dns proxy the record", r.Sync.Config.Selection.Prefix+"cloudflare-proxied=true"),
		append(evidence, diagnose.Fact(r.Source.String(), "%s", why))...)
}

// findTargetNowhere finds an alias whose target has no address: by what the resolver says of the target, or of the
// host itself where it is not proxied, or by what the proxy says.
func findTargetNowhere(r *diagnose.Route) []diagnose.Finding {
	target, rec, ok := alias(r)
	if !ok || r.Source == nil || naming(r).state == wrong || r.Has(tunnelUnproxied) ||
		strings.HasSuffix(target, cloudflare.TunnelDomain) {
		return nil
	}
	evidence := []diagnose.Evidence(nil)
	asked, known := r.Index.Snapshot.DNS[target]
	own := r.Asked && !r.Proxied() && len(r.Answers.Resolver.Addresses) == 0 && r.Answers.Resolver.Error == "" &&
		(len(r.Answers.Resolver.Names) > 0 || rec != nil) && r.Answers.Resolver.Rcode != "" &&
		r.Answers.Resolver.Rcode != "SERVFAIL"
	at, rep := r.AtProxy()
	says := rep != nil && at.Fault == cloudflare.OfRecord && slices.Contains([]int{1001, 1016}, at.Code)
	switch {
	case known && asked.Resolver.Error == "" && asked.Resolver.Rcode != "" && len(asked.Resolver.Addresses) == 0:
		evidence = append(evidence, diagnose.Fact("DNS resolver", "%s: %s", target, answer(asked.Resolver)))
	case own:
		evidence = append(evidence, diagnose.Fact("DNS resolver", "%s: %s", r.Host, answer(r.Answers.Resolver)))
	case !says:
		return nil
	}
	if rec != nil {
		evidence = append(evidence, rec.Evidence())
	}
	summary := fmt.Sprintf("%s leads to %s, which has no address in the public DNS", r.Host, target)
	if rep != nil {
		evidence = append(evidence, diagnose.Probed(rep))
		summary += fmt.Sprintf(", so Cloudflare's proxy cannot find the origin: it answers %s", at)
	}
	remedy := diagnose.Remedy{
		Text: "publish a target with a public address; without the proxy the name would resolve to nothing, too",
	}
	if targets, ok := r.Sync.Config.Selection.Targets(r.Source.Annotations); ok {
		annotation := r.Sync.Config.Selection.Prefix + "target"
		evidence = append(
			evidence,
			diagnose.Fact(r.Source.String(), "annotation %s: %s", annotation, diagnose.List(targets)),
		)
		remedy = r.Annotate(remedy.Text, annotation+"=PUBLIC_ADDRESS")
	} else {
		evidence = append(evidence, diagnose.Fact(r.Source.String(), "status %s", diagnose.List(r.Published)))
	}
	return diagnose.One(r.Source.String(), summary, remedy, evidence...)
}

func findTargetForbidden(r *diagnose.Route) []diagnose.Finding {
	at, rep := r.AtProxy()
	if rep == nil || at.Fault != cloudflare.OfRecord || r.Has(targetNowhere, tunnelUnproxied) || r.Source == nil {
		return nil
	}
	evidence := []diagnose.Evidence{diagnose.Probed(rep)}
	for _, rec := range naming(r).held {
		evidence = append(evidence, rec.Evidence())
	}
	return diagnose.One(
		recordName(r, naming(r)),
		fmt.Sprintf("Cloudflare's proxy answers %s: %s", at, at.Meaning),
		diagnose.Remedy{
			Text: "publish a public address of the origin that is none of Cloudflare's",
		},
		evidence...)
}
