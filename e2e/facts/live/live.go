// Package live asks the real world around a cluster: the public DNS, hosts as any client would, and
// Cloudflare's API where it may.
//
// It knows protocols and reads only: it writes no record, keeps no credential, and sends one only to the API
// that it is for. It must not know the cluster.
package live

import (
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/miekg/dns"

	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/probe"
	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// Cloudflare is where the API lives.
const Cloudflare = "https://api.cloudflare.com/client/v4"

// resolvers is where a machine says whom it asks.
const resolvers = "/etc/resolv.conf"

// Options say whom to ask. The zero value asks the machine's own resolver, trusts what the machine trusts, and
// asks no provider.
type Options struct {
	// Resolver is the public DNS: an address, with or without port.
	Resolver string
	// Provider is the base of Cloudflare's API. While it is empty no credential is sent anywhere.
	Provider string
	// HTTP asks the provider; a client of its own unless set.
	HTTP *http.Client
	// Roots are trusted by probes; those of the machine unless set.
	Roots *x509.CertPool
	// NameServerPort is where name servers listen; 53 unless set.
	NameServerPort string
}

// Internet is the world as this machine sees it. It is safe for concurrent use.
type Internet struct {
	o      Options
	client *probe.Client

	mu   sync.Mutex
	cuts map[string]func() ([]string, error) // addresses of name servers by zone
}

var _ facts.Internet = (*Internet)(nil)

// New makes one. It sends nothing.
func New(o Options) (*Internet, error) {
	if o.Resolver == "" {
		config, err := dns.ClientConfigFromFile(resolvers)
		if err != nil {
			return nil, fmt.Errorf("find this machine's resolver: %w; name one, as in --resolver 1.1.1.1", err)
		}
		if len(config.Servers) == 0 {
			return nil, fmt.Errorf("find this machine's resolver: %s names none; name one, as in --resolver 1.1.1.1", resolvers)
		}
		o.Resolver = net.JoinHostPort(config.Servers[0], config.Port)
	}
	if _, _, err := net.SplitHostPort(o.Resolver); err != nil {
		o.Resolver = net.JoinHostPort(o.Resolver, "53")
	}
	if o.Roots == nil {
		roots, err := x509.SystemCertPool()
		if err != nil {
			return nil, fmt.Errorf("read the roots that this machine trusts: %w", err)
		}
		o.Roots = roots
	}
	if o.NameServerPort == "" {
		o.NameServerPort = "53"
	}
	if o.HTTP == nil {
		o.HTTP = &http.Client{
			Timeout: 30 * time.Second,
			// A credential goes to the API and not to where the API points.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
	}
	return &Internet{
		o: o, cuts: map[string]func() ([]string, error){},
		client: probe.New(probe.Options{Resolver: o.Resolver, TrustedName: "system", Trusted: o.Roots}),
	}, nil
}

// Probe asks from this machine.
func (i *Internet) Probe(ctx context.Context, req probe.Request) (probe.Report, error) {
	if ctx.Err() != nil {
		return probe.Report{}, fmt.Errorf("probe %s: %w", req.URL, ctx.Err())
	}
	return i.client.Probe(ctx, req), nil
}

// Journal is empty: the real internet has no journal.
func (i *Internet) Journal(context.Context, time.Time, int) ([]api.JournalEntry, error) {
	return nil, nil
}
