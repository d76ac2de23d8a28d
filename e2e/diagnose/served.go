package diagnose

import (
	"slices"

	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"

	"github.com/edgeproof/edgeproof/e2e/probe"
)

// ByDefault reports whether cert-manager serves the Ingress without being told an issuer.
func (r *Route) ByDefault() bool {
	return r.Index.CertManager.Flag("default-issuer-name") != "" &&
		r.Source.Annotations["kubernetes.io/tls-acme"] == "true"
}

// MadeFor is the Ingress that a Certificate was made for; "" when it was made by hand.
func MadeFor(c *certmanager.Certificate) string {
	for _, o := range c.OwnerReferences {
		if o.Kind == "Ingress" {
			return o.Name
		}
	}
	return ""
}

// Brought reports whether the route has a certificate that nobody asks cert-manager for, of Traefik's default store
// or of a Secret that somebody keeps: no issuer is named, and what is served verifies.
func (r *Route) Brought() bool {
	if r.Source == nil || r.Certificate != nil && MadeFor(r.Certificate) != "" {
		return false
	}
	kind, _ := IssuerOf(r.Source)
	served := r.Shown()
	return kind == "" && !r.ByDefault() && served != nil && served.Verified && len(served.Chain) > 0
}

// Shown is the handshake at the ingress controller. By name it is that of the provider's edge when the record is
// proxied, and not taken.
func (r *Route) Shown() *probe.Handshake {
	if r.RawIP != nil && r.RawIP.TLS != nil {
		return r.RawIP.TLS
	}
	if r.HTTPS != nil && r.HTTPS.TLS != nil && !r.Proxied() {
		return r.HTTPS.TLS
	}
	return nil
}

// HasTLSElsewhere reports whether another Ingress has the host in a TLS block: Traefik knows certificates by host,
// not by Ingress.
func (r *Route) HasTLSElsewhere() bool {
	for _, i := range r.Index.ByHost[r.Host] {
		if i == r.Source {
			continue
		}
		for _, block := range i.Spec.TLS {
			if slices.ContainsFunc(block.Hosts, func(h string) bool { return Covers(h, r.Host) }) {
				return true
			}
		}
	}
	return false
}
