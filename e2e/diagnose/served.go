package diagnose

import (
	"k8s.io/apimachinery/pkg/types"

	"github.com/edgeproof/edgeproof/e2e/edge"
	cm "github.com/edgeproof/edgeproof/e2e/edge/certmanager"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

// ByDefault reports whether cert-manager serves the Ingress without an issuer annotation.
func (r *Route) ByDefault() bool {
	return r.Index.CertManager.Flag("default-issuer-name") != "" &&
		r.Source.Asks()["kubernetes.io/tls-acme"] == "true"
}

// Brought reports whether the route has a certificate that does not come from cert-manager, of Traefik's default store
// or of a Secret that somebody keeps: no issuer is named, and what is served verifies.
func (r *Route) Brought() bool {
	if r.Source == nil || r.Certificate != nil && cm.MadeFor(r.Certificate, r.Source.AskedBy().Kind) != "" {
		return false
	}
	kind, _ := IssuerOf(r.Source)
	served := r.Shown()
	return kind == "" && !r.ByDefault() &&
		(served != nil && served.Verified && len(served.Chain) > 0 || r.Stored() != nil)
}

// Stored is the Secret of Traefik's default store that holds a certificate for the host, nil for none. Such a host
// needs no Secret of its own.
func (r *Route) Stored() *facts.Secret {
	return Once(r, func(r *Route) stored { return stored{r.findStored()} }).secret
}

type stored struct{ secret *facts.Secret }

func (r *Route) findStored() *facts.Secret {
	for _, store := range r.Index.ExtensionsOf("TLSStore") {
		names := []string{Field(store, "defaultCertificate", "secretName")}
		list, _ := store.Spec["certificates"].([]any)
		for _, entry := range list {
			c, _ := entry.(map[string]any)
			name, _ := c["secretName"].(string)
			names = append(names, name)
		}
		for _, name := range names {
			s := r.Index.Secrets[types.NamespacedName{Namespace: store.Namespace, Name: name}]
			if store.Name == "default" && s != nil && len(s.Certificates) > 0 &&
				edge.AnyCovers(s.Certificates[0].Names, r.Host) &&
				s.Certificates[0].NotAfter.After(r.Index.Snapshot.Time) {
				return s
			}
		}
	}
	return nil
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
		if i.TLSFor(r.Host) != nil {
			return true
		}
	}
	return false
}
