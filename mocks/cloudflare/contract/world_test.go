package contract_test

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/mocks/cloudflare"
	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/faultinjection"
	"github.com/edgeproof/edgeproof/mocks/journal"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

const (
	tokenValue   = "abcdefghijklmnopqrstuvwxyz0123456789-_AB"
	unknownToken = "BAcdefghijklmnopqrstuvwxyz0123456789-_AB"
)

// world is the API behind TLS, with the zone example.com and a token for it.
type world struct {
	t       *testing.T
	store   *zone.Store
	api     *cloudflare.Server
	journal *journal.Journal
	faults  *faultinjection.Set
	http    *httptest.Server
	zone    *api.Zone
	token   *api.Token
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, store: zone.New(zone.Options{}), journal: journal.New(10_000)}
	w.zone = w.addZone("example.com", zone.Pro())
	token, _, err := w.store.AddToken(api.Token{Name: "edge", Permissions: api.EditDNS()}, tokenValue)
	if err != nil {
		t.Fatal(err)
	}
	w.token = token
	w.api = cloudflare.New(cloudflare.Options{Store: w.store, Journal: w.journal})
	w.faults = faultinjection.New(1, w.journal)
	w.http = httptest.NewTLSServer(w.faults.HTTP(faultinjection.Host{Name: "api"}, w.api))
	t.Cleanup(w.http.Close)
	return w
}

func (w *world) addZone(name string, plan api.Plan) *api.Zone {
	w.t.Helper()
	z, err := w.store.AddZone(api.Zone{Name: name, Plan: plan})
	if err != nil {
		w.t.Fatal(err)
	}
	return z
}

// base is what clients take as their base URL.
func (w *world) base() string { return w.http.URL + cloudflare.Prefix }

func (w *world) zoneID() string { return w.zone.ID.String() }

// contents lists what the zone holds of one type.
func (w *world) contents(typ string) []string {
	w.t.Helper()
	found, _, err := w.store.List(w.zone.ID, zone.Query{Type: typ, Order: "content"})
	if err != nil {
		w.t.Fatal(err)
	}
	out := []string{}
	for _, r := range found {
		out = append(out, r.Content)
	}
	return out
}

// ops lists the requests that came, in order, without the prefix and with the zone's id as {zone}.
func (w *world) ops() []string {
	var out []string
	for _, e := range w.journal.Entries(api.JournalFilter{Source: api.SourceAPI}) {
		op := e.Op
		if q := e.Detail["query"]; q != "" {
			op += "?" + q
		}
		out = append(out, strings.NewReplacer(cloudflare.Prefix, "", w.zoneID(), "{zone}").Replace(op))
	}
	return out
}

// edit changes the world's token.
func (w *world) edit(change func(*api.Token)) {
	w.t.Helper()
	if _, err := w.store.UpdateToken(w.token.ID, change); err != nil {
		w.t.Fatal(err)
	}
}

type routeKey struct{}

// internet is the context of clients that have no base URL to set: their calls of api.cloudflare.com reach
// this world's server.
func (w *world) internet() context.Context {
	return context.WithValue(w.t.Context(), routeKey{}, w)
}

// diverted is the default transport of this test program. By the context of a request it knows whose
// api.cloudflare.com is meant, so that tests may run side by side. Other requests fail: there is no internet.
type diverted struct{}

func (diverted) RoundTrip(r *http.Request) (*http.Response, error) {
	w, ok := r.Context().Value(routeKey{}).(*world)
	if !ok || r.URL.Host != "api.cloudflare.com" {
		return nil, &net.DNSError{Err: "no such host", Name: r.URL.Host, IsNotFound: true}
	}
	trusted, ok := w.http.Client().Transport.(*http.Transport)
	if !ok {
		return nil, &net.AddrError{Err: "no transport", Addr: r.URL.Host}
	}
	one := trusted.Clone()
	one.DisableKeepAlives = true
	one.TLSClientConfig = &tls.Config{
		// the test certificate's name
		RootCAs: trusted.TLSClientConfig.RootCAs, ServerName: "example.com", MinVersion: tls.VersionTLS12,
	}
	one.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, w.http.Listener.Addr().String())
	}
	return one.RoundTrip(r)
}

func TestMain(m *testing.M) {
	// cert-manager's URL is a constant and its client uses the default transport.
	http.DefaultTransport = diverted{}
	os.Exit(m.Run())
}

// fail makes the API answer requests for a path so, at most so many times; 0 is always.
func (w *world) fail(path string, times int, do api.Effect) {
	w.t.Helper()
	if _, err := w.faults.Add(api.FaultRule{
		HTTP: &api.HTTPMatch{Path: "/client/v4" + path}, Do: do,
		Times: times,
	}); err != nil {
		w.t.Fatal(err)
	}
}

// fill adds n address records, host-0 and up.
func (w *world) fill(n int) {
	w.t.Helper()
	for i := range n {
		if _, err := w.store.Create(w.zone.ID, zone.Draft("host-"+strconv.Itoa(i), "A", "192.0.2.1")); err != nil {
			w.t.Fatal(err)
		}
	}
}
