package cfproxy

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/edgeproof/edgeproof/mocks/journal"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

const (
	headerTimeout = 10 * time.Second
	shutdownGrace = time.Second
)

// Options is what an edge is made of.
type Options struct {
	// Store holds the zones.
	Store *zone.Store
	// Certificate gives the edge certificate of a set of names.
	Certificate func(names ...string) (*tls.Certificate, error)
	// Resolve finds the addresses of an origin that is a name of no zone here.
	Resolve func(ctx context.Context, name string) []netip.Addr
	// Public are the roots that the mode strict verifies origins by.
	Public *x509.CertPool
	// Dial reaches an origin; net.Dialer's unless set.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Journal gets every request; nil keeps none.
	Journal journal.Recorder
	// Log gets the errors of connections; nil for nowhere.
	Log *log.Logger
}

// Edge answers at Cloudflare's addresses. It is safe for concurrent use.
type Edge struct{ o Options }

// New returns an edge that does not serve yet.
func New(o Options) *Edge {
	if o.Dial == nil {
		o.Dial = (&net.Dialer{}).DialContext
	}
	return &Edge{o}
}

// Owns reports whether an address is one of the edge's, as those of dns.Anycast are.
func Owns(addr netip.Addr) bool {
	for _, prefix := range []string{"104.16.0.0/13", "172.64.0.0/13", "2606:4700::/32"} {
		if netip.MustParsePrefix(prefix).Contains(addr.Unmap()) {
			return true
		}
	}
	return false
}

// Serve answers plain HTTP on one listener and HTTPS on the other until ctx ends, and closes both.
func (e *Edge) Serve(ctx context.Context, plain, secure net.Listener) error {
	server := func(scheme string) *http.Server {
		return &http.Server{
			Handler:           http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { e.answer(w, r, scheme) }),
			TLSConfig:         e.tls(),
			ReadHeaderTimeout: headerTimeout,
			ErrorLog:          e.o.Log,
			BaseContext:       func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
		}
	}
	http80, https443 := server("http"), server("https")
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return ended(http80.Serve(plain), plain) })
	g.Go(func() error { return ended(https443.ServeTLS(secure, "", ""), secure) })
	g.Go(func() error {
		<-ctx.Done()
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownGrace)
		defer cancel()
		for _, s := range []*http.Server{http80, https443} {
			if s.Shutdown(grace) != nil {
				_ = s.Close() // what still runs has had its time
			}
		}
		return nil
	})
	return g.Wait()
}

func ended(err error, l net.Listener) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("serve Cloudflare's edge on %s: %w", l.Addr(), err)
}

// tls shows the Universal SSL certificate of the zone that a name is proxied in. For any other name the handshake
// fails, as it does for a name two labels below the apex.
func (e *Edge) tls() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			name := strings.ToLower(strings.TrimSuffix(hello.ServerName, "."))
			p, ok := e.find(name)
			switch {
			case !ok:
				return nil, fmt.Errorf("no proxied name %q", name)
			case name != p.apex && strings.Contains(strings.TrimSuffix(name, "."+p.apex), "."):
				return nil, fmt.Errorf("universal SSL of %s does not cover %q", p.apex, name)
			}
			return e.o.Certificate(p.apex, "*."+p.apex)
		},
	}
}
