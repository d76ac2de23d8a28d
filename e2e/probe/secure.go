package probe

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"time"
)

// connect tries the addresses in their order, as a simple client does.
func (c *Client) connect(ctx context.Context, addrs []string, rep Report) (net.Conn, Report) {
	start := time.Now()
	rep.Connect = &Connection{Tried: []Attempt{}}
	var last error
	for _, addr := range addrs {
		conn, err := c.dial(ctx, addr)
		rep.Connect.Address = addr
		rep.Connect.Millis = millis(start)
		if err == nil {
			rep.Connect.Tried = append(rep.Connect.Tried, Attempt{Address: addr})
			return conn, rep
		}
		rep.Connect.Tried = append(rep.Connect.Tried, Attempt{Address: addr, Error: err.Error()})
		last = err
	}
	return nil, rep.fail(StepConnect, connectClass(last), fmt.Errorf("connect: %w", last))
}

func (c *Client) dial(ctx context.Context, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	return c.o.Dial(ctx, "tcp", address)
}

func connectClass(err error) Class {
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return ClassRefused
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return ClassUnreachable
	case errors.Is(err, syscall.ECONNRESET):
		return ClassReset
	case isTimeout(err):
		return ClassTimeout
	default:
		return ClassConnect
	}
}

// handshake does TLS without crypto/tls's own verification, so that a chain
// that does not verify can be reported, and verifies after it. It returns no
// connection when the probe ends here.
func (c *Client) handshake(ctx context.Context, conn net.Conn, t target, rep Report) (net.Conn, Report) {
	start := time.Now()
	h := &Handshake{ServerName: t.sni, SNI: t.sni, Chain: []Certificate{}}
	rep.TLS = h
	if _, err := netip.ParseAddr(t.sni); err == nil || rep.Request.NoSNI {
		h.SNI = "" // RFC 6066 section 3: no literal addresses
	}
	client := tls.Client(conn, &tls.Config{
		ServerName:         h.SNI,
		InsecureSkipVerify: true, //nolint:gosec // verified below, by hand
		MinVersion:         tls.VersionTLS12,
		NextProtos:         []string{"h2", "http/1.1"},
	})
	err := client.HandshakeContext(ctx)
	h.Millis = millis(start)
	if err != nil {
		return nil, rep.fail(StepTLS, handshakeClass(err), fmt.Errorf("tls handshake for %s: %w", t.sni, err))
	}
	state := client.ConnectionState()
	h.Version, h.ALPN = tls.VersionName(state.Version), state.NegotiatedProtocol
	for _, cert := range state.PeerCertificates {
		h.Chain = append(h.Chain, describe(cert))
	}
	err = c.verify(state.PeerCertificates, t.sni, h)
	if err == nil {
		return client, rep
	}
	rep = rep.fail(
		StepTLS,
		certificateClass(err, state.PeerCertificates),
		fmt.Errorf("verify certificate for %s: %w", t.sni, err),
	)
	if rep.Request.Insecure {
		return client, rep
	}
	return nil, rep
}

func (c *Client) verify(chain []*x509.Certificate, name string, h *Handshake) error {
	if len(chain) == 0 {
		return errors.New("the server sent no certificate")
	}
	intermediates := x509.NewCertPool()
	for _, cert := range chain[1:] {
		intermediates.AddCert(cert)
	}
	leads := func(roots *x509.CertPool) bool {
		// A moment inside the leaf's own validity leaves only the chain to be judged.
		_, err := chain[0].Verify(
			x509.VerifyOptions{Roots: roots, Intermediates: intermediates, CurrentTime: chain[0].NotAfter.Add(-time.Second)},
		)
		return err == nil
	}
	if leads(c.o.Trusted) {
		h.LeadsTo = c.o.TrustedName
	}
	trustedName, trusted := c.o.TrustedName, c.o.Trusted
	for public, roots := range c.o.Public {
		if h.LeadsTo == "" && leads(roots) {
			h.LeadsTo, trustedName, trusted = public, public, roots
		}
	}
	for known, roots := range c.o.Known {
		if h.LeadsTo == "" && leads(roots) {
			h.LeadsTo = known
		}
	}
	_, err := chain[0].Verify(x509.VerifyOptions{DNSName: name, Roots: trusted, Intermediates: intermediates})
	if err != nil {
		h.VerifyError = err.Error()
		return err
	}
	h.Verified, h.TrustedBy = true, trustedName
	return nil
}

func certificateClass(err error, chain []*x509.Certificate) Class {
	var (
		unknown  x509.UnknownAuthorityError
		hostname x509.HostnameError
		invalid  x509.CertificateInvalidError
	)
	switch {
	case errors.As(err, &hostname):
		return ClassNameMismatch
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		if len(chain) > 0 && time.Now().Before(chain[0].NotBefore) {
			return ClassNotYetValid
		}
		return ClassExpired
	case errors.As(err, &unknown):
		return ClassUnknownAuthority
	default:
		return ClassCertificate
	}
}

func handshakeClass(err error) Class {
	switch {
	case isTimeout(err):
		return ClassTimeout
	case errors.Is(err, syscall.ECONNRESET):
		return ClassReset
	default:
		return ClassHandshake
	}
}

func describe(cert *x509.Certificate) Certificate {
	sum := sha256.Sum256(cert.Raw)
	sans := append([]string(nil), cert.DNSNames...)
	for _, ip := range cert.IPAddresses {
		sans = append(sans, ip.String())
	}
	return Certificate{
		Subject: cert.Subject.String(), Issuer: cert.Issuer.String(), Serial: fmt.Sprintf("%x", cert.SerialNumber),
		SANs: sans, NotBefore: cert.NotBefore, NotAfter: cert.NotAfter, SHA256: hex.EncodeToString(sum[:]),
	}
}
