package certificate

import (
	"maps"
	"slices"
	"strings"

	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	cm "github.com/edgeproof/edgeproof/e2e/edge/certmanager"
)

const noAnnotation diagnose.Code = "no-issuer-annotation"

func noAnnotationRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    noAnnotation,
		Meaning: "the Ingress has a TLS block and names no issuer",
		Evidence: "neither cert-manager.io/cluster-issuer nor cert-manager.io/issuer among the annotations; " +
			"nothing is " +
			"logged",
		Remedy: "add the annotation",
		After:  []diagnose.Code{crdsMissing, bothAnnotations},
		Find:   findNoAnnotation,
	}}
}

func findNoAnnotation(r *diagnose.Route) []diagnose.Finding {
	if r.Block == nil || r.Has(bothAnnotations, crdsMissing) || r.ByDefault() || r.Brought() {
		return nil
	}
	if kind, _ := diagnose.IssuerOf(r.Source); kind != "" {
		return nil
	}
	if r.Certificate != nil && cm.MadeFor(r.Certificate, r.Source.Kind) == "" {
		return nil // made by hand, which needs no annotation
	}
	evidence := []diagnose.Evidence{
		diagnose.Fact(
			r.Source.String(),
			"TLS block with hosts %s, no annotation %s",
			diagnose.List(r.Block.Hosts),
			certmanager.IngressClusterIssuerNameAnnotationKey,
		),
	}
	for _, set := range []struct {
		what string
		of   map[string]string
	}{{"annotation", r.Source.Annotations}, {"label", r.Source.Labels}} {
		for _, key := range slices.Sorted(maps.Keys(set.of)) {
			if strings.Contains(strings.ToLower(key), "issuer") {
				evidence = append(
					evidence,
					diagnose.Fact(
						r.Source.String(),
						"%s %s is not one that cert-manager reads",
						set.what,
						key,
					),
				)
			}
		}
	}
	summary := "the Ingress has a TLS block and names no issuer, so cert-manager does nothing"
	if dropped, ok := r.DroppedForSecret(); ok {
		evidence = append(evidence, dropped)
		summary += ", its Secret does not exist, and Traefik drops the router"
	}
	return diagnose.One(
		r.Source.String(),
		summary,
		r.Annotate(
			"name the issuer",
			certmanager.IngressClusterIssuerNameAnnotationKey+"="+likely(r, ""),
		),
		evidence...)
}
