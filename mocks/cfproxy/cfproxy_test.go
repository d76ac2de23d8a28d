package cfproxy_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"syscall"
	"testing"

	"github.com/edgeproof/edgeproof/mocks/cfproxy"
	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/dns"
	"github.com/edgeproof/edgeproof/mocks/httpsfront"
	"github.com/edgeproof/edgeproof/mocks/journal"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

const origin = "203.0.113.10"

// world is an edge before an origin, and a client on the internet.
type world struct {
	store   *zone.Store
	zone    *api.Zone
	client  *http.Client
	journal *journal.Journal
	roots   *x509.CertPool
	// what stands at the origin's ports; "" refuses connections
	plain, secure string
}

func pki(t *testing.T) *httpsfront.PKI {
	t.Helper()
	made, err := httpsfront.NewPKI()
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func newWorld(t *testing.T, mode api.SSLMode, records ...string) *world {
	t.Helper()
	w := &world{store: zone.New(zone.Options{}), journal: journal.New(100)}
	added, err := w.store.AddZone(api.Zone{Name: "example.com", SSL: mode})
	if err != nil {
		t.Fatal(err)
	}
	w.zone = added
	for _, text := range records {
		part := strings.Fields(text)
		change, proxied := zone.Draft(part[0], part[1], part[3]), part[2] == "proxied"
		change.Proxied = &proxied
		if _, err := w.store.Create(added.ID, change); err != nil {
			t.Fatal(err)
		}
	}
	web := pki(t)
	w.roots = web.Roots()
	edge := cfproxy.New(cfproxy.Options{
		Store: w.store, Certificate: web.Certificate, Public: w.roots, Journal: w.journal,
		Log:     log.New(io.Discard, "", 0),
		Resolve: func(context.Context, string) []netip.Addr { return nil },
		Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			to := map[string]string{net.JoinHostPort(origin, "80"): w.plain, net.JoinHostPort(origin, "443"): w.secure}[address]
			switch to {
			case "":
				return nil, syscall.ECONNREFUSED
			case "silent":
				return nil, context.DeadlineExceeded
			case "nowhere":
				return nil, syscall.EHOSTUNREACH
			}
			return (&net.Dialer{}).DialContext(ctx, network, to)
		},
	})
	var at [2]net.Listener
	for i := range at {
		if at[i], err = (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	served := make(chan error, 1)
	go func() { served <- edge.Serve(ctx, at[0], at[1]) }()
	w.client = &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: web.Roots(), MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true,
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				to := at[0]
				if strings.HasSuffix(address, ":443") {
					to = at[1]
				}
				return (&net.Dialer{}).DialContext(ctx, network, to.Addr().String())
			},
		},
	}
	t.Cleanup(func() {
		w.client.CloseIdleConnections()
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return w
}

func (w *world) get(t *testing.T, url string) (int, string, http.Header, error) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := w.client.Do(request)
	if err != nil {
		return 0, "", nil, err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body), response.Header, nil
}

// listening starts an origin; with a PKI it speaks TLS with a certificate for the names.
func listening(t *testing.T, h http.Handler, of *httpsfront.PKI, names ...string) string {
	t.Helper()
	server := httptest.NewUnstartedServer(h)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	if of == nil {
		server.Start()
	} else {
		leaf, err := of.Certificate(names...)
		if err != nil {
			t.Fatal(err)
		}
		server.TLS = &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{*leaf}}
		server.StartTLS()
	}
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

func tells(w http.ResponseWriter, r *http.Request) {
	over := "http"
	if r.TLS != nil {
		over = "https " + r.TLS.ServerName
	}
	_, _ = io.WriteString(w, over+" "+r.Host+" "+r.Header.Get("X-Forwarded-Proto")+" "+r.Header.Get("Cf-Visitor"))
}

func TestTheModeOfAZone(t *testing.T) {
	t.Parallel()
	const proxied = "www A proxied " + origin
	upgrade := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		//nolint:gosec // the same host
		http.Redirect(w, r, "https://"+r.Host+r.URL.Path, http.StatusMovedPermanently)
	})
	for name, c := range map[string]struct {
		mode   api.SSLMode
		url    string
		plain  http.Handler
		status int
		want   string // of the body, or of Location
	}{
		"a new zone": {
			"", "https://www.example.com/", nil, 200,
			`https www.example.com www.example.com https {"scheme":"https"}`,
		},
		"full, plain":           {api.SSLFull, "http://www.example.com/", nil, 200, `http www.example.com http`},
		"full, any certificate": {api.SSLFull, "https://www.example.com/", nil, 200, "https www.example.com"},
		"strict":                {api.SSLStrict, "https://www.example.com/", nil, 526, "error code: 526"},
		"flexible": {
			api.SSLFlexible, "https://www.example.com/", nil, 200,
			`http www.example.com https {"scheme":"https"}`,
		},
		"flexible, in a circle": {api.SSLFlexible, "https://www.example.com/a", upgrade, 301, "https://www.example.com/a"},
		"off":                   {api.SSLOff, "https://www.example.com/a", nil, 301, "http://www.example.com/a"},
		"off, plain":            {api.SSLOff, "http://www.example.com/", nil, 200, "http www.example.com http"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, c.mode, proxied)
			if c.plain == nil {
				c.plain = http.HandlerFunc(tells)
			}
			w.plain = listening(t, c.plain, nil)
			w.secure = listening(t, http.HandlerFunc(tells), pki(t), "origin.internal")
			status, body, header, err := w.get(t, c.url)
			if err != nil || status != c.status || !strings.Contains(body+header.Get("Location"), c.want) {
				t.Errorf("%v: %d %q %s, want %d %q", err, status, body, header.Get("Location"), c.status, c.want)
			}
			if header.Get("Server") != "cloudflare" || header.Get("Cf-Ray") == "" {
				t.Errorf("headers %v", header)
			}
		})
	}
}

// TestStrictTakesWhatVerifies: by the roots of the public, for the name that was asked for.
func TestStrictTakesWhatVerifies(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]int{"www.example.com": 200, "other.example.com": 526} {
		web := pki(t)
		w := newWorld(t, api.SSLStrict, "www A proxied "+origin)
		w.roots.AddCert(rootOf(t, web))
		w.secure = listening(t, http.HandlerFunc(tells), web, name)
		if status, body, _, err := w.get(t, "https://www.example.com/"); err != nil || status != want {
			t.Errorf("certificate for %s: %d %s %v, want %d", name, status, body, err, want)
		}
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	silent := "silent"
	for name, c := range map[string]struct {
		record, origin, url string
		status              int
		body                string
	}{
		"nothing listens": {"www A proxied " + origin, "", "https://www.example.com/", 521, "error code: 521"},
		"nothing answers": {"www A proxied " + origin, silent, "https://www.example.com/", 522, "error code: 522"},
		"no route": {
			"www A proxied " + origin, "nowhere", "https://www.example.com/", 523,
			"error code: 523",
		},
		"no TLS": {"www A proxied " + origin, "plain", "https://www.example.com/", 525, "error code: 525"},
		"a target without a name": {
			"www CNAME proxied gone.example.net", "", "https://www.example.com/", 530,
			"error code: 1016",
		},
		"a tunnel": {
			"www CNAME proxied 5c1e0d4b-0000-4000-8000-000000000000.cfargotunnel.com", "", "https://www.example.com/", 530,
			"error code: 1033",
		},
		"a wildcard":       {"* A proxied " + origin, "", "http://any.example.com/", 521, "error code: 521"},
		"a name elsewhere": {"www A proxied " + origin, "", "http://www.example.net/", 409, "error code: 1001"},
		"not proxied":      {"www A plain " + origin, "", "http://www.example.com/", 409, "error code: 1001"},
		"no name":          {"www A proxied " + origin, "", "http://104.21.1.1/", 403, "error code: 1003"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, api.SSLFull, c.record)
			w.secure = c.origin
			if c.origin == "plain" {
				w.secure = listening(t, http.HandlerFunc(tells), nil)
			}
			status, body, _, err := w.get(t, c.url)
			if err != nil || status != c.status || body != c.body {
				t.Errorf("%d %q %v, want %d %q", status, body, err, c.status, c.body)
			}
			entries := w.journal.Entries(api.JournalFilter{Source: api.SourceProxy})
			if len(entries) != 1 || !strings.HasSuffix(entries[0].Op, strings.TrimPrefix(c.url, "https")) {
				t.Errorf("journal %+v", entries)
			}
		})
	}
}

// TestCertificatesOfTheEdge: Universal SSL covers the apex and what is right below it.
func TestCertificatesOfTheEdge(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "", "@ A proxied "+origin, "www A proxied "+origin, "a.b A proxied "+origin, "plain A plain "+origin)
	w.secure = listening(t, http.HandlerFunc(tells), pki(t), "x")
	for host, want := range map[string]bool{
		"example.com": true, "www.example.com": true, "a.b.example.com": false, "plain.example.com": false,
		"www.example.net": false,
	} {
		if _, _, _, err := w.get(t, "https://"+host+"/"); (err == nil) != want {
			t.Errorf("%s: %v, want a handshake: %v", host, err, want)
		}
	}
}

func TestOwns(t *testing.T) {
	t.Parallel()
	v4, v6 := dns.Anycast("example.com", "www.example.com")
	for _, addr := range append(v4, v6...) {
		if !cfproxy.Owns(addr) {
			t.Errorf("%s is what a proxied name resolves to", addr)
		}
	}
	if cfproxy.Owns(netip.MustParseAddr(origin)) {
		t.Error("the origin's address is no address of the edge")
	}
}

func rootOf(t *testing.T, p *httpsfront.PKI) *x509.Certificate {
	t.Helper()
	block, _ := pem.Decode(p.RootPEM())
	root, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return root
}
