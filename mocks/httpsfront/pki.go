package httpsfront

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"strings"
	"sync"
	"time"
)

// The lifetimes of the web PKI: a root that outlives any run, leaves as long as
// the CA/Browser Forum's baseline requirements allowed for a year (398 days).
const (
	rootLifetime = 10 * 365 * 24 * time.Hour
	leafLifetime = 398 * 24 * time.Hour
	// backdate forgives clocks that are behind this one.
	backdate = time.Hour
)

// PKI is a private web PKI: one root, and a leaf for any name that is
// requested. It is kept in memory: each process has a root of its own.
type PKI struct {
	root    *x509.Certificate
	rootPEM []byte
	key     *ecdsa.PrivateKey

	mu     sync.Mutex
	leaves map[string]*tls.Certificate
}

// NewPKI makes a root.
func NewPKI() (*PKI, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make the key of the web root: %w", err)
	}
	serial, err := newSerial()
	if err != nil {
		return nil, err
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject: pkix.Name{
			Organization: []string{"edgeproof"},
			CommonName:   fmt.Sprintf("edgeproof fake web root %x", serial.Bytes()[:3]),
		},
		NotBefore:             now.Add(-backdate),
		NotAfter:              now.Add(rootLifetime),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("sign the web root: %w", err)
	}
	root, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("read the web root: %w", err)
	}
	return &PKI{
		root:    root,
		rootPEM: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		key:     key,
		leaves:  map[string]*tls.Certificate{},
	}, nil
}

// RootPEM returns the root as PEM, for a trust bundle or SSL_CERT_FILE.
func (p *PKI) RootPEM() []byte { return append([]byte(nil), p.rootPEM...) }

// Roots returns a pool that holds the root alone.
func (p *PKI) Roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(p.root)
	return pool
}

// Certificate returns the leaf for a set of names, host names and IP addresses
// alike, and keeps it: the same names get the same leaf.
func (p *PKI) Certificate(names ...string) (*tls.Certificate, error) {
	id := strings.Join(names, " ")
	p.mu.Lock()
	defer p.mu.Unlock()
	if leaf := p.leaves[id]; leaf != nil {
		return leaf, nil
	}
	leaf, err := p.issue(names)
	if err != nil {
		return nil, fmt.Errorf("issue a web certificate for %s: %w", id, err)
	}
	p.leaves[id] = leaf
	return leaf, nil
}

func (p *PKI) issue(names []string) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	serial, err := newSerial()
	if err != nil {
		return nil, err
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber:          serial,
		NotBefore:             now.Add(-backdate),
		NotAfter:              now.Add(leafLifetime),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
			continue
		}
		template.DNSNames = append(template.DNSNames, name)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, p.root, key.Public(), p.key)
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, nil
}

func newSerial() (*big.Int, error) {
	serial := make([]byte, 16)
	if _, err := rand.Read(serial); err != nil {
		return nil, fmt.Errorf("make a serial number: %w", err)
	}
	serial[0] = serial[0]&0x7f | 0x40 // positive, and never short (RFC 5280 section 4.1.2.2)
	return new(big.Int).SetBytes(serial), nil
}
