// Package httpsfront is the public HTTPS side of the fake internet: a web PKI of its
// own and virtual hosts on one listener, as api.cloudflare.com and the ACME
// servers are seen from a client.
//
// It knows names, certificates and connections. It knows nothing of what the
// hosts behind it do.
package httpsfront

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"strings"
	"time"
)

const (
	// headerTimeout bounds how long a client may take to send its headers.
	headerTimeout = 10 * time.Second
	// bodyTimeout bounds how long a client may take to send a body.
	bodyTimeout = 30 * time.Second
	// idleTimeout is how long an idle connection is kept.
	idleTimeout = 2 * time.Minute
	// shutdownGrace bounds how long requests under way may take once the context of Serve ends.
	shutdownGrace = 3 * time.Second
	// maxHeaderBytes bounds a request's headers.
	maxHeaderBytes = 64 << 10
)

// Front routes requests to virtual hosts. Set it up with Host and Local before
// it serves; from then on it is safe for concurrent use.
type Front struct {
	// BodyTimeout is how long a client may take to send a body; New sets half a minute.
	BodyTimeout time.Duration

	// Others serves hosts that come and go while the front serves: it returns nil for a name that is not among them.
	Others func(name string) http.Handler

	pki        *PKI
	hosts      map[string]http.Handler
	local      http.Handler
	localNames []string
	errors     *log.Logger
}

// New returns a front with no hosts. Errors of connections go to errs; nil means nowhere.
func New(pki *PKI, errs *log.Logger) *Front {
	return &Front{BodyTimeout: bodyTimeout, pki: pki, hosts: map[string]http.Handler{}, errors: errs}
}

// Host serves a host name, on any port, with a certificate of its own.
func (f *Front) Host(name string, h http.Handler) {
	f.hosts[strings.ToLower(name)] = h
}

// Local serves those who come by address or by a local name (127.0.0.1,
// localhost …) and not by a public name: somebody on a laptop with
// CLOUDFLARE_BASE_URL set. The one certificate for them holds all these names.
func (f *Front) Local(h http.Handler, names ...string) {
	f.local, f.localNames = h, names
}

// ServeHTTP routes by the Host header; a host that is not served gets 421
// (RFC 9110 section 15.5.20).
func (f *Front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	host := hostOnly(r.Host)
	if h := f.host(host); h != nil {
		h.ServeHTTP(w, r)
		return
	}
	if f.local != nil && f.isLocal(host) {
		f.local.ServeHTTP(w, r)
		return
	}
	http.Error(w, fmt.Sprintf("no host %q here", host), http.StatusMisdirectedRequest)
}

// host is the handler of a host name, nil for none.
func (f *Front) host(name string) http.Handler {
	if h := f.hosts[name]; h != nil || f.Others == nil || name == "" {
		return h
	}
	return f.Others(name)
}

func (f *Front) isLocal(host string) bool {
	for _, name := range f.localNames {
		if host == name {
			return true
		}
	}
	return false
}

func hostOnly(hostport string) string {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.Trim(hostport, "[]")
	}
	return strings.TrimSuffix(strings.ToLower(host), ".")
}

// TLSConfig returns the server's configuration: a leaf by SNI, HTTP/2 and
// HTTP/1.1 by ALPN. A name that is not served ends the handshake with the alert
// unrecognized_name (RFC 6066 section 3), as a real edge does.
func (f *Front) TLSConfig() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		NextProtos: []string{"h2", "http/1.1"},
		GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
			cfg := &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}
			leaf, err := f.leaf(strings.ToLower(hello.ServerName))
			if err != nil {
				return nil, err
			}
			if leaf != nil {
				cfg.Certificates = []tls.Certificate{*leaf}
			}
			return cfg, nil // without any certificate, crypto/tls sends unrecognized_name
		},
	}
}

func (f *Front) leaf(name string) (*tls.Certificate, error) {
	switch {
	case f.host(name) != nil:
		return f.pki.Certificate(name)
	case f.local != nil && (name == "" || f.isLocal(name)): // an IP address is never sent as SNI
		return f.pki.Certificate(f.localNames...)
	default:
		return nil, nil
	}
}

// Serve answers on a listener until ctx ends, then lets requests under way
// finish for a moment. It closes the listener and returns nil on a clean end.
func (f *Front) Serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{
		Handler:           Patience(f, f.BodyTimeout),
		TLSConfig:         f.TLSConfig(),
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          f.errors,
		BaseContext:       func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
	}
	ended := make(chan error, 1)
	go func() { ended <- server.ServeTLS(l, "", "") }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve https on %s: %w", l.Addr(), err)
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownGrace)
	defer cancel()
	if err := server.Shutdown(grace); err != nil {
		// A connection that is still open after the grace hangs on purpose (an injected fault) or permanently.
		if closeErr := server.Close(); closeErr != nil {
			return fmt.Errorf("close https on %s: %w", l.Addr(), closeErr)
		}
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve https on %s: %w", l.Addr(), err)
	}
	return nil
}
