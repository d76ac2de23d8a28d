package acme_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	mdns "github.com/miekg/dns"
	xacme "golang.org/x/crypto/acme"

	"github.com/edgeproof/edgeproof/mocks/acme"
	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/journal"
)

// TestMain sets what Pebble reads from the environment: it is the process's, not a test's.
func TestMain(m *testing.M) {
	for name, value := range acme.Environment() {
		if err := os.Setenv(name, value); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// texts is a DNS server of TXT records, over TCP as Pebble asks.
type texts struct {
	mu      sync.Mutex
	records map[string]string
}

func (x *texts) set(name, value string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.records[name] = value
}

func (x *texts) ServeDNS(w mdns.ResponseWriter, q *mdns.Msg) {
	x.mu.Lock()
	defer x.mu.Unlock()
	reply := new(mdns.Msg).SetReply(q)
	if value, ok := x.records[q.Question[0].Name]; ok {
		reply.Answer = append(reply.Answer, &mdns.TXT{Hdr: mdns.RR_Header{
			Name: q.Question[0].Name, Rrtype: mdns.TypeTXT,
			Class: mdns.ClassINET,
		}, Txt: []string{value}})
	} else {
		reply.Rcode = mdns.RcodeNameError
	}
	_ = w.WriteMsg(reply)
}

// authority starts one behind a TLS server, with its DNS and journal.
func authority(t *testing.T) (*acme.Authority, *httptest.Server, *texts, *journal.Journal) {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	x := &texts{records: map[string]string{}}
	server := &mdns.Server{Listener: l, Handler: x}
	go func() { _ = server.ActivateAndServe() }()
	t.Cleanup(func() { _ = server.Shutdown() })
	j := journal.New(1000)
	a, err := acme.New(acme.Options{Name: "production", Resolver: l.Addr().String(), Journal: j})
	if err != nil {
		t.Fatal(err)
	}
	https := httptest.NewTLSServer(a)
	t.Cleanup(https.Close)
	return a, https, x, j
}

func account(t *testing.T, https *httptest.Server) *xacme.Client {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	client := &xacme.Client{Key: key, DirectoryURL: https.URL + "/directory", HTTPClient: https.Client()}
	if _, err := client.Register(t.Context(), &xacme.Account{}, xacme.AcceptTOS); err != nil {
		t.Fatalf("register: %v", err)
	}
	return client
}

// issue does an order by DNS-01; write puts the TXT record where the client would.
func issue(ctx context.Context, client *xacme.Client, name string, write func(name, value string),
	options ...xacme.OrderOption,
) ([]*x509.Certificate, error) {
	order, err := client.AuthorizeOrder(ctx, xacme.DomainIDs(name), options...)
	if err != nil {
		return nil, err
	}
	for _, u := range order.AuthzURLs {
		authz, err := client.GetAuthorization(ctx, u)
		if err != nil {
			return nil, err
		}
		for _, challenge := range authz.Challenges {
			if challenge.Type != "dns-01" {
				continue
			}
			value, err := client.DNS01ChallengeRecord(challenge.Token)
			if err != nil {
				return nil, err
			}
			write("_acme-challenge."+name+".", value)
			if _, err := client.Accept(ctx, challenge); err != nil {
				return nil, err
			}
		}
		if _, err := client.WaitAuthorization(ctx, u); err != nil {
			return nil, err
		}
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	csr, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{DNSNames: []string{name}}, key)
	if err != nil {
		return nil, err
	}
	der, _, err := client.CreateOrderCert(ctx, order.FinalizeURL, csr, true)
	if err != nil {
		return nil, err
	}
	chain := make([]*x509.Certificate, len(der))
	for i := range der {
		if chain[i], err = x509.ParseCertificate(der[i]); err != nil {
			return nil, err
		}
	}
	return chain, nil
}

func TestIssuance(t *testing.T) {
	t.Parallel()
	a, https, x, j := authority(t)
	chain, err := issue(t.Context(), account(t, https), "www.example.com", x.set)
	if err != nil {
		t.Fatal(err)
	}
	roots, intermediates := x509.NewCertPool(), x509.NewCertPool()
	if !roots.AppendCertsFromPEM(a.RootPEM()) {
		t.Fatal("the root is not PEM")
	}
	intermediates.AddCert(chain[1])
	if _, err := chain[0].Verify(x509.VerifyOptions{
		DNSName: "www.example.com", Roots: roots,
		Intermediates: intermediates,
	}); err != nil {
		t.Error(err)
	}
	if chain[0].Subject.CommonName != "www.example.com" {
		t.Errorf("subject %v", chain[0].Subject)
	}
	if life := chain[0].NotAfter.Sub(chain[0].NotBefore).Round(time.Hour); life != acme.DefaultValidity {
		t.Errorf("valid for %v", life)
	}
	for _, step := range []string{
		"directory", "new-nonce", "new-account", "new-order", "authorization", "challenge",
		"finalize", "order", "certificate",
	} {
		seen := false
		for _, e := range j.Entries(api.JournalFilter{Source: api.SourceACME}) {
			seen = seen || e.Op == step && strings.HasPrefix(e.Outcome, "20") && e.Detail["authority"] == "production"
		}
		if !seen {
			t.Errorf("no successful %s in the journal", step)
		}
	}
}

func TestAChallengeThatIsNotInTheDNS(t *testing.T) {
	t.Parallel()
	_, https, _, j := authority(t)
	_, err := issue(t.Context(), account(t, https), "absent.example.com", func(string, string) {})
	var refused *xacme.AuthorizationError
	if !errors.As(err, &refused) {
		t.Fatalf("issued, or failed otherwise: %v", err)
	}
	for _, e := range j.Entries(api.JournalFilter{Contains: "urn:ietf:params:acme:error:dns"}) {
		if e.Op == "authorization" && e.Outcome == "200 invalid urn:ietf:params:acme:error:dns" &&
			e.Detail["names"] == "absent.example.com" {
			return
		}
	}
	t.Errorf("no such authorization in the journal: %+v", j.Entries(api.JournalFilter{}))
}

func TestValidity(t *testing.T) {
	t.Parallel()
	a, https, x, _ := authority(t)
	client := account(t, https)
	for name, tc := range map[string]acme.Validity{
		"minutes": {Lifetime: 10 * time.Minute},
		"expired": {Lifetime: time.Hour, Backdate: 2 * time.Hour},
	} {
		if err := a.SetValidity(tc); err != nil {
			t.Fatal(err)
		}
		chain, err := issue(t.Context(), client, name+".example.com", x.set)
		if err != nil {
			t.Fatal(err)
		}
		leaf := chain[0]
		if life := leaf.NotAfter.Sub(leaf.NotBefore); life != tc.Lifetime {
			t.Errorf("%s: valid for %v", name, life)
		}
		if age := time.Since(leaf.NotBefore); age < tc.Backdate || age > tc.Backdate+time.Minute {
			t.Errorf("%s: starts %v ago", name, age)
		}
	}
	for _, wrong := range []acme.Validity{{Lifetime: -time.Hour}, {Lifetime: time.Millisecond}, {Backdate: -time.Hour}} {
		if err := a.SetValidity(wrong); err == nil {
			t.Errorf("%+v was taken", wrong)
		}
	}
}

func TestDirectory(t *testing.T) {
	t.Parallel()
	_, https, _, _ := authority(t)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, https.URL+"/directory", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = acme.ProductionHost
	resp, err := https.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"https://` + acme.ProductionHost + `/order-plz"`, `"letsencrypt.org"`} {
		if !strings.Contains(string(body), want) {
			t.Errorf("the directory lacks %s:\n%s", want, body)
		}
	}
}

func TestTwoAuthoritiesHaveTwoRoots(t *testing.T) {
	t.Parallel()
	one, _, _, _ := authority(t)
	two, _, _, _ := authority(t)
	if string(one.RootPEM()) == string(two.RootPEM()) {
		t.Error("the same root twice")
	}
	if block, _ := pem.Decode(one.RootPEM()); block == nil {
		t.Error("no PEM")
	}
	if _, err := acme.New(acme.Options{}); err == nil {
		t.Error("an authority without resolver was made")
	}
}

func TestNonce(t *testing.T) {
	t.Parallel()
	a, _, _, _ := authority(t)
	one, two := a.Nonce(t.Context()), a.Nonce(t.Context())
	if one == "" || one == two {
		t.Errorf("nonces %q, %q", one, two)
	}
}
