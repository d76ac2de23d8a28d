// Package probe is a client out on the internet: it resolves a name by the
// public DNS, connects to what it got, shakes hands as a browser would, asks,
// and reports every step.
//
// It knows DNS, TCP, TLS and HTTP as a client. It knows nothing of the mocks
// or of the cluster behind the address: it judges only what it is shown.
package probe

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

const (
	// DefaultTimeout bounds a probe that names no time of its own.
	DefaultTimeout = 10 * time.Second
	// maxTimeout bounds the time that a probe may name.
	maxTimeout = 5 * time.Minute
	// BodyLimit is how much of a body is reported, in bytes.
	BodyLimit = 4 << 10
	// connectTimeout bounds one address when there are several.
	connectTimeout = 3 * time.Second
	// maxFollow bounds what Request.Follow may ask for, as browsers do.
	maxFollow = 20
)

// Options is what a client is made of.
type Options struct {
	// Resolver is the public DNS, host:port.
	Resolver string
	// TrustedName names the trusted root set in reports: "production".
	TrustedName string
	// Trusted is the only root set that verifies.
	Trusted *x509.CertPool
	// Public are further root sets by name that verify too, as a browser trusts more than one authority.
	Public map[string]*x509.CertPool
	// Dial connects; net.Dialer's unless set.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Known are further root sets by name, that do not verify but are recognised: "staging".
	Known map[string]*x509.CertPool
}

// Client probes. It is safe for concurrent use.
type Client struct{ o Options }

// New returns a client.
func New(o Options) *Client {
	if o.Trusted == nil {
		o.Trusted = x509.NewCertPool() // an empty pool trusts no CA; nil would mean the system's roots
	}
	if o.Dial == nil {
		o.Dial = (&net.Dialer{}).DialContext
	}
	return &Client{o: o}
}

// Probe asks once. It never fails as a call: what went wrong stands in the report.
func (c *Client) Probe(ctx context.Context, req Request) Report {
	timeout := DefaultTimeout
	if req.TimeoutMillis > 0 {
		timeout = time.Duration(min(req.TimeoutMillis, int(maxTimeout.Milliseconds()))) * time.Millisecond
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	rep := c.once(ctx, req)
	for last := rep; len(rep.Redirects) < min(req.Follow, maxFollow); {
		next, ok := redirect(last)
		if !ok {
			break
		}
		last = c.once(ctx, next)
		rep.Redirects = append(rep.Redirects, last)
	}
	return rep
}

// redirect returns the request that a redirect asks for. A raw address and
// replaced names hold for the first request only.
func redirect(from Report) (Request, bool) {
	if from.HTTP == nil || from.HTTP.Status < 300 || from.HTTP.Status > 399 || from.HTTP.Headers["Location"] == "" {
		return Request{}, false
	}
	base, err := url.Parse(from.Request.URL)
	if err != nil {
		return Request{}, false
	}
	to, err := base.Parse(from.HTTP.Headers["Location"])
	if err != nil {
		return Request{}, false
	}
	return Request{URL: to.String(), Insecure: from.Request.Insecure}, true
}

// target is a request made definite.
type target struct {
	url  *url.URL
	port string
	sni  string
}

func parse(req Request) (target, error) {
	u, err := url.Parse(req.URL)
	if err != nil {
		return target{}, fmt.Errorf("parse url: %w", err)
	}
	if u.Hostname() == "" || u.User != nil {
		return target{}, fmt.Errorf("url %q: give https://host/path or http://host/path, without user", u.Redacted())
	}
	t := target{url: u, port: u.Port(), sni: u.Hostname()}
	switch u.Scheme {
	case "https":
		t.port = defaultTo(t.port, "443")
	case "http":
		t.port = defaultTo(t.port, "80")
	default:
		return target{}, fmt.Errorf("url %q: scheme %q: give https or http", u.Redacted(), u.Scheme)
	}
	t.sni = strings.TrimSuffix(defaultTo(req.ServerName, t.sni), ".")
	return t, nil
}

func defaultTo(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// once does one request, without redirects.
func (c *Client) once(ctx context.Context, req Request) (rep Report) {
	rep = Report{Request: req, Started: time.Now()}
	defer func() { rep.Millis = millis(rep.Started) }()
	t, err := parse(req)
	if err != nil {
		return rep.fail(StepRequest, ClassInvalid, err)
	}
	addrs, rep := c.addresses(ctx, req, t, rep)
	if rep.Failed != "" {
		return rep
	}
	conn, rep := c.connect(ctx, addrs, rep)
	if conn == nil {
		return rep
	}
	defer func() { _ = conn.Close() }()
	if t.url.Scheme == "https" {
		var secured net.Conn
		secured, rep = c.handshake(ctx, conn, t, rep)
		if secured == nil {
			return rep
		}
		conn = secured
	}
	return ask(ctx, conn, t, rep)
}

// addresses returns what to connect to: the raw address, or what the DNS says.
func (c *Client) addresses(ctx context.Context, req Request, t target, rep Report) ([]string, Report) {
	raw := req.Address
	if raw == "" {
		if _, err := netip.ParseAddr(t.url.Hostname()); err == nil {
			raw = t.url.Hostname()
		}
	}
	if raw != "" {
		host, port, err := net.SplitHostPort(raw)
		if err != nil {
			host, port = strings.Trim(raw, "[]"), t.port
		}
		if _, err := netip.ParseAddr(host); err != nil {
			return nil, rep.fail(
				StepRequest,
				ClassInvalid,
				fmt.Errorf("address %q: give an IP address, with or without port", raw),
			)
		}
		return []string{net.JoinHostPort(host, port)}, rep
	}
	res, class, err := resolve(ctx, c.o.Resolver, t.url.Hostname())
	rep.Resolve = res
	if err != nil {
		return nil, rep.fail(StepResolve, class, err)
	}
	addrs := make([]string, 0, len(res.Records))
	for _, r := range res.Records {
		addrs = append(addrs, net.JoinHostPort(r.Address, t.port))
	}
	return addrs, rep
}

// fail notes which step failed; the first failure stays.
func (r Report) fail(step Step, class Class, err error) Report {
	if r.Failed == "" {
		r.Failed, r.Class, r.Error = step, class, err.Error()
	}
	return r
}

func millis(since time.Time) float64 {
	return float64(time.Since(since).Microseconds()) / 1000
}

func isTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.Is(err, context.DeadlineExceeded) || (errors.As(err, &timeout) && timeout.Timeout())
}
