package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	xacme "golang.org/x/crypto/acme"

	"github.com/edgeproof/edgeproof/e2e/probe"
	"github.com/edgeproof/edgeproof/mocks/acme"
	"github.com/edgeproof/edgeproof/mocks/control/api"
)

const testToken = "test-token-of-forty-characters-abcdefghi"

func TestMain(m *testing.M) {
	for name, value := range acme.Environment() {
		if err := os.Setenv(name, value); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// lines returns what run printed, once it is ready.
type lines struct{ ready chan string }

func (l *lines) Write(p []byte) (int, error) {
	l.ready <- string(p)
	return len(p), nil
}

// start runs the program on free ports; it returns what it printed, and a stop
// that waits for a clean end.
func start(t *testing.T, args ...string) (string, func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	out := &lines{ready: make(chan string, 1)}
	ended := make(chan error, 1)
	free := []string{
		"--https-address", "127.0.0.1:0", "--dns-address", "127.0.0.1:0", "--control-address", "127.0.0.1:0",
		"--ca-file", filepath.Join(t.TempDir(), "web.pem"),
	}
	go func() { ended <- run(ctx, append(free, args...), out, io.Discard) }()
	stopped := false
	stop := func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("run: %v", err)
		}
	}
	t.Cleanup(stop)
	select {
	case text := <-out.ready:
		return text, stop
	case err := <-ended:
		t.Fatalf("run: %v", err)
		return "", nil
	}
}

// printed finds the word after a label.
func printed(t *testing.T, text, label string) string {
	t.Helper()
	_, rest, ok := strings.Cut(text, label)
	if !ok {
		t.Fatalf("no %q in:\n%s", label, text)
	}
	return strings.Fields(rest)[0]
}

// named is an HTTP client to which all names are at one address.
func named(t *testing.T, addr, webRoot string) *http.Client {
	t.Helper()
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM([]byte(webRoot)) {
		t.Fatal("the web root is not PEM")
	}
	tr := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true,
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, addr)
		},
	}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr}
}

// callAPI calls Cloudflare's API as a client with the token does.
func callAPI(t *testing.T, c *http.Client, method, path string, body any) json.RawMessage {
	t.Helper()
	encoded, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, "https://api.cloudflare.com/client/v4"+
		path, bytes.NewReader(encoded))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+testToken)
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var answer struct {
		Success bool            `json:"success"`
		Errors  json.RawMessage `json:"errors"`
		Result  json.RawMessage `json:"result"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || !answer.Success {
		t.Fatalf("%s %s: %d %s %v", method, path, resp.StatusCode, answer.Errors, err)
	}
	return answer.Result
}

// TestJourney follows the edge as an external client sees it: a record and a TXT proof are
// written by the API, a certificate is issued by ACME, and a client on the
// internet is served by name.
func TestJourney(t *testing.T) {
	t.Parallel()
	text, _ := start(t, "--zone", "example.com", "--token", testToken)
	ctl := api.NewClient(printed(t, text, "control "), nil)
	if err := ctl.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	roots, err := ctl.Roots(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	client := named(t, printed(t, text, "https "), roots.Web)

	var zones []struct{ ID string }
	if err := json.Unmarshal(callAPI(t, client, http.MethodGet, "/zones?name=example.com", nil), &zones); err != nil ||
		len(zones) != 1 {
		t.Fatalf("zones %v, %v", zones, err)
	}
	records := "/zones/" + zones[0].ID + "/dns_records"
	callAPI(t, client, http.MethodPost, records, map[string]any{
		"type": "A", "name": "www.example.com",
		"content": "127.0.0.1", "ttl": 120,
	})

	site := serve(t, certificate(t, client, acme.ProductionHost, "www.example.com", func(name, value string) {
		callAPI(t, client, http.MethodPost, records, map[string]any{
			"type": "TXT", "name": name, "content": value,
			"ttl": 120,
		})
	}))
	var report probe.Report
	if err := ctl.Probe(t.Context(), probe.Request{URL: "https://www.example.com:" + site + "/"}, &report); err != nil {
		t.Fatal(err)
	}
	if !report.OK || report.HTTP.Body != "the frontend" || report.TLS.TrustedBy != "production" ||
		report.Resolve.Records[0].TTL != 120 {
		t.Errorf("report %+v", report)
	}

	other := serve(t, certificate(t, client, acme.StagingHost, "www.example.com", func(name, value string) {
		if _, err := ctl.PutRecord(t.Context(), "example.com",
			api.RecordDraft{Name: name, Type: "TXT", Content: value, New: true}); err != nil {
			t.Error(err)
		}
	}))
	report = probe.Report{}
	err = ctl.Probe(t.Context(), probe.Request{URL: "https://www.example.com:" + other + "/"}, &report)
	if err != nil || report.OK || report.Class != probe.ClassUnknownAuthority || report.TLS.LeadsTo != "staging" {
		t.Errorf("staging certificate: %+v, %v", report, err)
	}
	sawAll(t, ctl)
}

func sawAll(t *testing.T, ctl *api.Client) {
	t.Helper()
	for _, want := range []api.JournalFilter{
		{Source: api.SourceAPI, Contains: "dns_records"},
		{Source: api.SourceDNS, Contains: "TXT _acme-challenge.www.example.com."},
		{Source: api.SourceACME, Contains: "finalize"},
		{Source: api.SourceProbe, Contains: "www.example.com"},
		{Source: api.SourceControl, Contains: "PUT /v1/zones"},
	} {
		got, err := ctl.Journal(t.Context(), want)
		if err != nil || len(got.Entries) == 0 {
			t.Errorf("journal %+v: %d entries, %v", want, len(got.Entries), err)
		}
	}
	if got, err := ctl.Journal(t.Context(), api.JournalFilter{Contains: testToken}); err != nil || len(got.Entries) > 0 {
		t.Errorf("the journal has the token: %+v, %v", got.Entries, err)
	}
}

// certificate does one order at an authority by DNS-01.
func certificate(t *testing.T, client *http.Client, host, name string,
	write func(name, value string),
) tls.Certificate {
	t.Helper()
	account, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	ca := &xacme.Client{Key: account, HTTPClient: client, DirectoryURL: "https://" + host + "/directory"}
	_, err = ca.Register(t.Context(), &xacme.Account{}, xacme.AcceptTOS)
	must(t, err)
	order, err := ca.AuthorizeOrder(t.Context(), xacme.DomainIDs(name))
	must(t, err)
	proveOrder(t, ca, order, name, write)
	csr, key := request(t, name)
	chain, _, err := ca.CreateOrderCert(t.Context(), order.FinalizeURL, csr, true)
	must(t, err)
	return tls.Certificate{Certificate: chain, PrivateKey: key}
}

// proveOrder answers an order's DNS-01 challenge; write puts the proof where the client would.
func proveOrder(t *testing.T, ca *xacme.Client, order *xacme.Order, name string, write func(name, value string)) {
	t.Helper()
	authz, err := ca.GetAuthorization(t.Context(), order.AuthzURLs[0])
	must(t, err)
	if authz.Status == xacme.StatusValid {
		return // with reuse disabled, Pebble 2.10 still reuses one in a hundred: wfe.makeAuthorizations, rand.Intn(100) > 0
	}
	for _, challenge := range authz.Challenges {
		if challenge.Type == "dns-01" {
			value, err := ca.DNS01ChallengeRecord(challenge.Token)
			must(t, err)
			write("_acme-challenge."+name, value)
			_, err = ca.Accept(t.Context(), challenge)
			must(t, err)
		}
	}
	_, err = ca.WaitAuthorization(t.Context(), order.AuthzURLs[0])
	must(t, err)
}

// request makes a key and a CSR for a name.
func request(t *testing.T, name string) ([]byte, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	csr, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{DNSNames: []string{name}}, key)
	must(t, err)
	return csr, key
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// serve is a frontend with the certificate; it returns the port.
func serve(t *testing.T, cert tls.Certificate) string {
	t.Helper()
	site := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_,
			_ = io.WriteString(w, "the frontend")
	}))
	site.TLS = &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{cert}}
	site.StartTLS()
	t.Cleanup(site.Close)
	_, port, err := net.SplitHostPort(site.Listener.Addr().String())
	must(t, err)
	return port
}

// TestFaultsReachAllHosts: one rule each for the API, an authority and the DNS.
func TestFaultsReachAllHosts(t *testing.T) {
	t.Parallel()
	text, _ := start(t, "--zone", "example.com", "--token", testToken)
	ctl := api.NewClient(printed(t, text, "control "), nil)
	roots, err := ctl.Roots(t.Context())
	must(t, err)
	client := named(t, printed(t, text, "https "), roots.Web)
	for _, r := range []api.FaultRule{
		{
			ID: "api", HTTP: &api.HTTPMatch{Host: "api", Token: api.Fingerprint(testToken)},
			Do: api.Effect{Status: 403, Code: 10000, Message: "Authentication error"},
		},
		{
			ID: "acme", HTTP: &api.HTTPMatch{Host: "staging", Step: "new-order"},
			Do: api.Effect{Problem: "rateLimited", RetryAfter: 30}, Times: 1,
		},
		{ID: "dns", DNS: &api.DNSMatch{Name: "broken.example.com"}, Do: api.Effect{Rcode: "SERVFAIL"}},
	} {
		_, err := ctl.AddFault(t.Context(), r)
		must(t, err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://api.cloudflare.com/client/v4/zones", nil)
	must(t, err)
	req.Header.Set("Authorization", "Bearer "+testToken)
	resp, err := client.Do(req)
	must(t, err)
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusForbidden {
		t.Errorf("api: HTTP %d", resp.StatusCode)
	}
	reply, err := ctl.Query(t.Context(), api.Question{Name: "broken.example.com"})
	if err != nil || reply.Rcode != "SERVFAIL" {
		t.Errorf("dns: %+v, %v", reply, err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	ca := &xacme.Client{
		Key: key, HTTPClient: client, DirectoryURL: "https://" + acme.StagingHost + "/directory",
		RetryBackoff: func(_ int, _ *http.Request, resp *http.Response) time.Duration {
			if resp.StatusCode == http.StatusTooManyRequests {
				return 0 // no retry
			}
			return time.Millisecond // Pebble refuses 5 % of good nonces
		},
	}
	_, err = ca.Register(t.Context(), &xacme.Account{}, xacme.AcceptTOS)
	must(t, err)
	_, err = ca.AuthorizeOrder(t.Context(), xacme.DomainIDs("www.example.com"))
	if wait, limited := xacme.RateLimit(err); !limited || wait != 30*time.Second {
		t.Errorf("acme: %v", err)
	}
	if n, err := ctl.ClearFaults(t.Context()); err != nil || n != 3 {
		t.Errorf("cleared %d, %v", n, err)
	}
}
