package dns

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
)

const unpublished diagnose.Code = "route-without-target"

func unpublishedRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code: unpublished,
		Meaning: "an IngressRoute has no address of its own, and external-dns publishes one only by the annotation target; " +
			"or the address of a Service or a DNSEndpoint is empty",
		Evidence: "the source traefik-proxy takes targets from the annotation alone; no target, and no record",
		Remedy:   "annotate the IngressRoute with the name or the address of the ingress controller",
		After:    []diagnose.Code{sourceMissing},
		Kinds:    append(edge.TraefikKinds(), edge.Service, edge.DNSEndpoint),
		Find:     findUnpublished,
	}}
}

func findUnpublished(r *diagnose.Route) []diagnose.Finding {
	if !r.Sync.Runs() || r.Has(sourceMissing) || len(wanted(r)) > 0 || reached(r) {
		return nil
	}
	prefix := r.Sync.Config.Selection.Prefix
	if r.Source.Kind != edge.IngressRoute && r.Source.Kind != edge.IngressRouteTCP {
		return diagnose.One(
			r.Source.String(),
			fmt.Sprintf("%s names %s and has no address, so external-dns publishes none", r.Source, r.Host),
			diagnose.Remedy{Text: "give it an address: a target of the DNSEndpoint, or a load balancer of the Service"},
			diagnose.Fact(r.Source.String(), "no address"),
		)
	}
	target := "ADDRESS"
	if own := r.Traefik.Addresses(); len(own) > 0 {
		target = own[0]
	}
	evidence := []diagnose.Evidence{diagnose.Fact(r.Source.String(), "no annotation %starget", prefix)}
	for _, other := range []string{externaldns.LegacyPrefix, externaldns.StablePrefix} {
		if value := r.Source.Annotations[other+"target"]; value != "" && other != prefix {
			evidence = append(evidence, diagnose.Fact(r.Source.String(),
				"annotation %starget: %s has a prefix that external-dns does not read", other, value))
		}
	}
	return diagnose.One(
		r.Source.String(),
		fmt.Sprintf("an %s reports no address, and has no annotation target, so external-dns publishes nothing for %s",
			r.Source.Kind, r.Host),
		r.Annotate("name the address of the ingress controller", prefix+"target="+target),
		evidence...)
}
