package diagnose

import (
	"fmt"
	"slices"

	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

func certificateNeeds(r *route) []need {
	ns := r.Ingress.Namespace
	return []need{
		{facts.Ingresses, ns},
		{facts.Secrets, ns},
		{facts.ClusterIssuers, ""},
		{facts.Issuers, ns},
		{facts.Certificates, ns},
		{facts.CertificateRequests, ns},
		{facts.Orders, ns},
		{facts.Challenges, ns},
		{facts.Deployments, r.manager.space()},
		{facts.Probes, r.Host},
	}
}

// certificateWorks looks at the certificate itself and at what is served: Ready=True says nothing of either (it is not judged again when
// the certificate runs out).
func certificateWorks(r *route) (State, string) {
	if r.ingress == nil {
		return Broken, "no Ingress asks for a certificate"
	}
	served, held := r.shown(), r.leaf()
	switch {
	case r.brought():
		return Clear, fmt.Sprintf("served by %s until %s; no issuer is named", served.Chain[0].Issuer, stamp(served.Chain[0].NotAfter))
	case len(r.ingress.Spec.TLS) == 0 && r.foreign:
		return Clear, ingressName(r.ingress) + ": asks for no certificate"
	}
	if r.block == nil && !r.hasTLSElsewhere() {
		return Broken, ingressName(r.ingress) + ": asks for no certificate for " + r.Host
	}
	if r.block != nil && r.looked(facts.Secrets, r.Ingress.Namespace) {
		name := object("Secret", r.Ingress.Namespace, r.block.SecretName)
		switch {
		case held == nil:
			return Broken, name + ": holds no certificate"
		case !slices.ContainsFunc(held.Names, func(n string) bool { return covers(n, r.Host) }):
			return Broken, fmt.Sprintf("%s: its certificate is for %s", name, list(held.Names))
		case !held.NotAfter.After(r.s.Time):
			return Broken, fmt.Sprintf("%s: its certificate is over since %s", name, stamp(held.NotAfter))
		}
	}
	switch {
	case served == nil || len(served.Chain) == 0:
		if held == nil {
			return Unknown, "nothing served a certificate for " + r.Host
		}
		return Clear, fmt.Sprintf("%s holds one until %s", object("Secret", r.secret.Namespace, r.secret.Name), stamp(held.NotAfter))
	case served.Verified:
		return Clear, fmt.Sprintf("served by %s until %s", served.Chain[0].Issuer, stamp(served.Chain[0].NotAfter))
	case held != nil && served.Chain[0].SHA256 != held.SHA256:
		// What the ingress controller makes of the Secret is for the routing layer.
		return Clear, fmt.Sprintf("%s holds one until %s, which is not what is served", object("Secret", r.secret.Namespace, r.secret.Name), stamp(held.NotAfter))
	default:
		return Broken, "the certificate that is served does not verify: " + served.VerifyError
	}
}

// brought reports whether the route has a certificate that nobody asks cert-manager for, of Traefik's default store or of a Secret that
// somebody keeps: no issuer is named, and what is served verifies.
func (r *route) brought() bool {
	if r.ingress == nil || r.certificate != nil && madeFor(r.certificate) != "" {
		return false
	}
	kind, _ := issuerOf(r.ingress)
	served := r.shown()
	return kind == "" && !r.byDefault() && served != nil && served.Verified && len(served.Chain) > 0
}

// shown is the handshake at the ingress controller. By name it is that of the provider's edge when the record is proxied, and not taken.
func (r *route) shown() *probe.Handshake {
	if r.raw != nil && r.raw.TLS != nil {
		return r.raw.TLS
	}
	if r.https != nil && r.https.TLS != nil && !r.proxied(r.naming()) {
		return r.https.TLS
	}
	return nil
}
