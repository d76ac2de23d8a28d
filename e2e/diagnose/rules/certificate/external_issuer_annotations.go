package certificate

import (
	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	cm "github.com/edgeproof/edgeproof/e2e/edge/certmanager"
)

const externalAnnotations diagnose.Code = "external-issuer-annotations"

func externalAnnotationsRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code: externalAnnotations,
		Meaning: "the annotations name an issuer of another project by cert-manager.io/cluster-issuer, so cert-manager " +
			"takes none",
		Evidence: "cert-manager.io/cluster-issuer beside issuer-kind or issuer-group; an event BadConfig, `may not be " +
			"set`, " +
			"on the Ingress",
		Remedy: "use cert-manager.io/issuer with issuer-kind and issuer-group",
		After:  []diagnose.Code{bothAnnotations},
		Find:   findExternalAnnotations,
	}}
}

func findExternalAnnotations(r *diagnose.Route) []diagnose.Finding {
	if !asksTLS(r) || r.Has(bothAnnotations) {
		return nil
	}
	conflict := cm.Conflict(r.Source.Annotations)
	if conflict == "" {
		return nil
	}
	const cluster = certmanager.IngressClusterIssuerNameAnnotationKey
	name := r.Source.Annotations[cluster]
	return diagnose.One(r.Source.String(), "cert-manager takes no issuer from the annotations: "+conflict,
		r.Annotate("name an issuer of another project by cert-manager.io/issuer, whatever its scope, with issuer-kind and "+
			"issuer-group", cluster+"-", certmanager.IngressIssuerNameAnnotationKey+"="+name),
		append([]diagnose.Evidence{diagnose.Fact(r.Source.String(), "%s", conflict)}, badConfig(r, "bad annotations")...)...)
}
