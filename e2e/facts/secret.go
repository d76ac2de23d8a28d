package facts

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"maps"
	"slices"
	"strings"
	"time"

	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// Secret is the shape of a Secret: everything but its values.
type Secret struct {
	meta.ObjectMeta `json:"metadata"`

	Type core.SecretType `json:"type"`
	Keys []Key           `json:"keys,omitempty"` // by name
	// Certificates are those of tls.crt, the leaf first.
	Certificates []Certificate `json:"certificates,omitempty"`
	// Problem is why tls.crt contains no certificate.
	Problem string `json:"problem,omitempty"`
}

// Key is one entry of a Secret without its value.
type Key struct {
	Name   string `json:"name"`
	Length int    `json:"length"` // bytes
	// Fingerprint distinguishes the values of the edge's credentials without revealing them; empty for any other,
	// and for an empty value.
	Fingerprint string `json:"fingerprint,omitempty"`
	// Spaced is true when the value begins or ends with white space: a token copied with its line end.
	Spaced bool `json:"spaced,omitempty"`
}

// Certificate is the public part of a certificate.
type Certificate struct {
	Subject   string    `json:"subject"`
	Issuer    string    `json:"issuer"`
	Serial    string    `json:"serial"`
	Names     []string  `json:"names,omitempty"` // DNS names of the SAN
	NotBefore time.Time `json:"notBefore"`
	NotAfter  time.Time `json:"notAfter"`
	SHA256    string    `json:"sha256"` // of the DER form, lower-case hex
}

// Key finds an entry by name.
func (s Secret) Key(name string) (Key, bool) {
	for _, k := range s.Keys {
		if k.Name == name {
			return k, true
		}
	}
	return Key{}, false
}

// shapeOf keeps what may be kept of a Secret.
func shapeOf(secret *core.Secret) Secret {
	out := Secret{ObjectMeta: secret.ObjectMeta, Type: secret.Type}
	for _, name := range slices.Sorted(maps.Keys(secret.Data)) {
		value := string(secret.Data[name])
		k := Key{Name: name, Length: len(value), Spaced: strings.TrimSpace(value) != value}
		if value != "" {
			k.Fingerprint = api.Fingerprint(value)
		}
		out.Keys = append(out.Keys, k)
	}
	if text, ok := secret.Data[core.TLSCertKey]; ok {
		out.Certificates, out.Problem = ParseCertificates(text)
	}
	return out
}

// ParseCertificates reads the certificates of a PEM text. The second result is the problem, "" for none.
func ParseCertificates(text []byte) ([]Certificate, string) {
	var out []Certificate
	for {
		var block *pem.Block
		block, text = pem.Decode(text)
		if block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return out, "parse certificate: " + err.Error()
		}
		sum := sha256.Sum256(c.Raw)
		out = append(out, Certificate{
			Subject: c.Subject.String(), Issuer: c.Issuer.String(), Serial: c.SerialNumber.Text(16), Names: c.DNSNames,
			NotBefore: c.NotBefore.UTC(), NotAfter: c.NotAfter.UTC(), SHA256: hex.EncodeToString(sum[:]),
		})
	}
	if len(out) == 0 {
		return nil, "no certificate in PEM form"
	}
	return out, ""
}
