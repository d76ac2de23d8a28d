package certificate

import (
	"fmt"
	"slices"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

// kindRules are those of Gateway API and of Traefik's own kinds.
func kindRules() []diagnose.Rule {
	return slices.Concat(
		gatewayShimOffRule(),
		listenerHostlessRule(),
		gatewayNoIssuerRule(),
		refNotGrantedRule(),
		routeWithoutCertificateRule(),
		defaultServedRule(),
	)
}

// unjudged reports whether the certificate of a host is none of the ingress controller's: nothing serves the host here,
// or TLS passes through.
func unjudged(r *diagnose.Route) bool {
	return r.Source != nil && (r.Source.OnlyNames() || r.Source.Opaque)
}

// asker is the object that names the issuer: what cert-manager reads annotations of, or a Certificate that stands by
// itself.
func asker(r *diagnose.Route) string {
	if _, name := diagnose.IssuerOf(r.Source); name == "" && r.Certificate != nil {
		return diagnose.CertificateName(r.Certificate)
	}
	return r.Source.AskedBy().String()
}

// ask is the remedy that names an issuer there.
func ask(r *diagnose.Route, text string, kind, name string, pairs ...string) diagnose.Remedy {
	if _, annotated := diagnose.IssuerOf(r.Source); annotated == "" && r.Certificate != nil {
		return diagnose.Remedy{Text: text, Command: fmt.Sprintf(
			`kubectl -n %s patch certificate %s --type=merge -p '{"spec":{"issuerRef":{"kind":"%s","name":"%s"}}}'`,
			r.Certificate.Namespace, r.Certificate.Name, kind, name)}
	}
	return diagnose.Remedy{Text: text, Command: r.Source.AskedBy().Annotate(pairs...)}
}
