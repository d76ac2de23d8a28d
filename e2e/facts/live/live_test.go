package live_test

import (
	"context"
	"crypto/x509"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/facts/live"
	"github.com/edgeproof/edgeproof/e2e/probe"
	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/dns"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

// resolver serves a store's zones on loopback, as resolver and name server in one.
func resolver(t *testing.T, store *zone.Store) (host, port string) {
	t.Helper()
	packet, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error)
	server := dns.New(dns.Options{Store: store, Address: netip.MustParseAddr("127.0.0.1")})
	go func() { ended <- server.Serve(ctx, dns.Listener{Packet: packet}) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	host, port, err = net.SplitHostPort(packet.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	return host, port
}

func fill(t *testing.T, store *zone.Store, name string, changes ...zone.Change) *api.Zone {
	t.Helper()
	z, err := store.AddZone(api.Zone{Name: name})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range changes {
		if _, err := store.Create(z.ID, c); err != nil {
			t.Fatal(err)
		}
	}
	return z
}

func TestDNS(t *testing.T) {
	t.Parallel()
	store := zone.New(zone.Options{})
	fill(t, store, "safeops.work", zone.Draft("a.b", "A", "203.0.113.10"), zone.Draft("www", "CNAME", "elsewhere.org"),
		zone.Draft("_acme-challenge.a.b", "TXT", "proof"))
	fill(t, store, "elsewhere.org", zone.Draft("@", "A", "203.0.113.20"))
	host, port := resolver(t, store)
	internet, err := live.New(live.Options{
		Resolver: net.JoinHostPort(host, port), NameServerPort: port,
		Roots: x509.NewCertPool(),
	})
	if err != nil {
		t.Fatal(err)
	}
	for question, want := range map[string]facts.Answer{
		"A a.b.safeops.work": {Rcode: "NOERROR", Addresses: []string{"203.0.113.10"}},
		"A www.safeops.work": {
			Rcode: "NOERROR", Names: []string{"elsewhere.org"},
			Addresses: []string{"203.0.113.20"},
		},
		"A nope.safeops.work":                  {Rcode: "NXDOMAIN"},
		"TXT _acme-challenge.a.b.safeops.work": {Rcode: "NOERROR", Data: []string{"proof"}},
		"NS safeops.work": {
			Rcode: "NOERROR",
			Data:  []string{"ada.ns.cloudflare.com", "bob.ns.cloudflare.com"},
		},
		"SOA safeops.work":                      {Rcode: "NOERROR", Data: []string{"ada.ns.cloudflare.com"}},
		"CAA safeops.work":                      {Rcode: "NOERROR"},
		"TXT _acme-challenge.www.safeops.work.": {Rcode: "NXDOMAIN"},
	} {
		qtype, name, _ := strings.Cut(question, " ")
		for _, at := range []facts.Server{facts.Resolver, facts.Authority} {
			got, err := internet.Lookup(t.Context(), at, name, qtype)
			if err != nil {
				t.Errorf("%s of the %s: %v", question, at, err)
			}
			if d := cmp.Diff(want, got, cmpopts.IgnoreFields(facts.Answer{}, "TTL")); d != "" {
				t.Errorf("%s of the %s (-want +got):\n%s", question, at, d)
			}
		}
	}
	if _, err := internet.Lookup(t.Context(), facts.Authority, "a.absent.example", "A"); err == nil ||
		!strings.Contains(err.Error(), "no zone has it") {
		t.Errorf("the authority of a name without a zone: %v", err)
	}
	if _, err := internet.Lookup(t.Context(), facts.Resolver, "safeops.work", "XYZ"); err == nil {
		t.Error("an unknown type was accepted")
	}
	report, err := internet.Probe(t.Context(), probe.Request{URL: "http://nope.safeops.work/", TimeoutMillis: 1000})
	if err != nil || report.Class != probe.ClassNXDomain {
		t.Errorf("probe: %+v, %v", report, err)
	}
	if entries, err := internet.Journal(t.Context(), time.Time{}, 1); entries != nil || err != nil {
		t.Errorf("the real world keeps a journal: %v, %v", entries, err)
	}
}

func TestNobodyAnswers(t *testing.T) {
	t.Parallel()
	internet, err := live.New(live.Options{Resolver: "127.0.0.1:1", Roots: x509.NewCertPool()})
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []facts.Server{facts.Resolver, facts.Authority} {
		if _, err := internet.Lookup(t.Context(), at, "a.safeops.work", "A"); err == nil ||
			!strings.Contains(err.Error(), "127.0.0.1:1") {
			t.Errorf("the %s: %v", at, err)
		}
	}
	over, stop := context.WithCancel(t.Context())
	stop()
	if _, err := internet.Probe(over, probe.Request{URL: "http://a.safeops.work/"}); err == nil {
		t.Error("a probe after its time")
	}
}

func TestTheProviderIsAskedOnlyWhenAllowed(t *testing.T) {
	t.Parallel()
	refusing := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		t.Errorf("was asked: %s", r.URL)
		return nil, http.ErrServerClosed
	})}
	internet, err := live.New(live.Options{Resolver: "127.0.0.1", Roots: x509.NewCertPool(), HTTP: refusing})
	if err != nil {
		t.Fatal(err)
	}
	c := facts.NewCredential("value", "")
	_, tried := internet.Try(t.Context(), c)
	_, zones := internet.Zones(t.Context(), c)
	_, records := internet.Records(t.Context(), c, "safeops.work")
	for _, err := range []error{tried, zones, records} {
		if err == nil || !strings.Contains(err.Error(), "--ask-cloudflare") {
			t.Errorf("%v: names no remedy", err)
		}
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// provider makes an Internet with a fake of Cloudflare's API.
func provider(t *testing.T, api http.Handler) *live.Internet {
	t.Helper()
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	internet, err := live.New(live.Options{Resolver: "127.0.0.1", Roots: x509.NewCertPool(), Provider: server.URL +
		"/client/v4"})
	if err != nil {
		t.Fatal(err)
	}
	return internet
}
