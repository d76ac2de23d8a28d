package server_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"testing"
	"time"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

func csr(t *testing.T, names ...string) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{DNSNames: names}, key)
	must(t, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}))
}

func TestSignCertificate(t *testing.T) {
	t.Parallel()
	c := client(t, internet(t))
	signed, err := c.SignCertificate(t.Context(), "production", api.CertificateDraft{
		CSR: csr(t, "www.example.com"), LifetimeSeconds: 3600, BackdateSeconds: 7200,
	})
	must(t, err)
	roots, err := c.Roots(t.Context())
	must(t, err)
	var chain []*x509.Certificate
	for rest := []byte(signed.Chain + roots.Production); len(chain) < 3; {
		var block *pem.Block
		block, rest = pem.Decode(rest)
		one, err := x509.ParseCertificate(block.Bytes)
		must(t, err)
		chain = append(chain, one)
	}
	must(t, chain[0].VerifyHostname("www.example.com"))
	must(t, chain[0].CheckSignatureFrom(chain[1]))
	must(t, chain[1].CheckSignatureFrom(chain[2]))
	if age := time.Since(chain[0].NotAfter); age < 59*time.Minute || age > 61*time.Minute {
		t.Errorf("it ended %s ago, want an hour", age)
	}
	if lifetime := chain[0].NotAfter.Sub(chain[0].NotBefore); lifetime != time.Hour {
		t.Errorf("it was valid for %s, want an hour", lifetime)
	}
}

func TestSignCertificateRefuses(t *testing.T) {
	t.Parallel()
	c := client(t, internet(t))
	for what, draft := range map[string]api.CertificateDraft{
		"no PEM": {CSR: "x"},
		"no request": {CSR: string(pem.EncodeToMemory(&pem.Block{
			Type:  "CERTIFICATE REQUEST",
			Bytes: []byte("x"),
		}))},
		"no name":                 {CSR: csr(t)},
		"more than a century":     {CSR: csr(t, "www.example.com"), LifetimeSeconds: 1 << 40},
		"a start in the future":   {CSR: csr(t, "www.example.com"), BackdateSeconds: -1},
		"an end before the start": {CSR: csr(t, "www.example.com"), LifetimeSeconds: -1},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			_, err := c.SignCertificate(t.Context(), "production", draft)
			refused(t, err, 400, api.CodeInvalid)
		})
	}
	_, err := c.SignCertificate(t.Context(), "other", api.CertificateDraft{CSR: csr(t, "www.example.com")})
	refused(t, err, 404, api.CodeNotFound)
}
