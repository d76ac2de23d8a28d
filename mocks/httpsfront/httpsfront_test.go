package httpsfront_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/mocks/httpsfront"
)

func says(text string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, text+" "+r.Proto)
	})
}

// start serves one public host and the local names; it returns the address and the roots.
func start(t *testing.T) (string, *x509.CertPool) {
	t.Helper()
	pki, err := httpsfront.NewPKI()
	if err != nil {
		t.Fatal(err)
	}
	f := httpsfront.New(pki, log.New(io.Discard, "", 0))
	f.Host("API.example.com", says("api"))
	f.Local(says("local"), "localhost", "127.0.0.1", "::1")
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error)
	go func() { ended <- f.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return l.Addr().String(), pki.Roots()
}

func get(t *testing.T, addr string, roots *x509.CertPool, url, host string) (int, string, error) {
	t.Helper()
	tr := &http.Transport{
		ForceAttemptHTTP2: true,
		TLSClientConfig:   &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, addr)
		},
	}
	defer tr.CloseIdleConnections()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if host != "" {
		req.Host = host
	}
	resp, err := (&http.Client{Transport: tr}).Do(req)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body), err
}

func TestVirtualHosts(t *testing.T) {
	t.Parallel()
	addr, roots := start(t)
	for name, tc := range map[string]struct {
		url, host string
		status    int
		body      string
		err       string
	}{
		"by name, HTTP/2":       {url: "https://api.example.com/x", status: 200, body: "api HTTP/2.0"},
		"by address":            {url: "https://127.0.0.1/x", status: 200, body: "local HTTP/2.0"},
		"localhost":             {url: "https://localhost/x", status: 200, body: "local HTTP/2.0"},
		"unknown name":          {url: "https://other.example.com/", err: "unrecognized name"},
		"known SNI, other Host": {url: "https://api.example.com/", host: "other.example.com", status: 421},
		"Host with port and dot": {
			url: "https://api.example.com/", host: "API.example.com.:8443", status: 200,
			body: "api HTTP/2.0",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, body, err := get(t, addr, roots, tc.url, tc.host)
			switch {
			case tc.err != "":
				if err == nil || !strings.Contains(err.Error(), tc.err) {
					t.Errorf("error %v, want one with %q", err, tc.err)
				}
			case err != nil:
				t.Error(err)
			case status != tc.status || (tc.body != "" && body != tc.body):
				t.Errorf("%d %q, want %d %q", status, body, tc.status, tc.body)
			}
		})
	}
}

func TestTheRootIsNobodyElses(t *testing.T) {
	t.Parallel()
	addr, _ := start(t)
	other, err := httpsfront.NewPKI()
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := get(t, addr, other.Roots(), "https://api.example.com/", ""); err == nil {
		t.Error("a leaf of one root verified against another")
	}
}

func TestLeavesAreKeptAndVerify(t *testing.T) {
	t.Parallel()
	pki, err := httpsfront.NewPKI()
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := pki.Certificate("a.example.com", "192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	again, err := pki.Certificate("a.example.com", "192.0.2.1")
	if err != nil || again != leaf {
		t.Errorf("requested twice: another leaf (%v)", err)
	}
	for _, name := range []string{"a.example.com", "192.0.2.1"} {
		if _, err := leaf.Leaf.Verify(x509.VerifyOptions{DNSName: name, Roots: pki.Roots()}); err != nil {
			t.Errorf("verify for %s: %v", name, err)
		}
	}
	if !strings.HasPrefix(string(pki.RootPEM()), "-----BEGIN CERTIFICATE-----") {
		t.Error("the root is not PEM")
	}
}
