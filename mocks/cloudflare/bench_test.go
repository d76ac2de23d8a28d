package cloudflare_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/edgeproof/edgeproof/mocks/cloudflare"
	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/faultinjection"
	"github.com/edgeproof/edgeproof/mocks/httpsfront"
	"github.com/edgeproof/edgeproof/mocks/journal"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

// bench is an API on loopback with a zone of n records, name host-<i>.example.com, and a bare handler beside
// it that answers the same bytes.
type bench struct {
	b      *testing.B
	store  *zone.Store
	zone   *api.Zone
	server *cloudflare.Server
	whole  http.Handler // the server as cmd/internet serves it: behind fault rules, and with patience for bodies
	client *http.Client
}

func newBench(b *testing.B, n int) *bench {
	b.Helper()
	x := &bench{b: b, store: zone.New(zone.Options{History: -1})}
	plan := zone.Enterprise()
	plan.MaxRecords = 0
	z, err := x.store.AddZone(api.Zone{Name: "example.com", Plan: plan})
	if err != nil {
		b.Fatal(err)
	}
	x.zone = z
	if _, _, err := x.store.AddToken(api.Token{Permissions: api.EditDNS()}, tokenValue); err != nil {
		b.Fatal(err)
	}
	for i := range n {
		if _, err := x.store.Create(z.ID, zone.Draft("host-"+strconv.Itoa(i), "A", "192.0.2."+
			strconv.Itoa(i%250))); err != nil {
			b.Fatal(err)
		}
	}
	j := journal.New(50_000)
	x.server = cloudflare.New(cloudflare.Options{Store: x.store, Journal: j})
	x.whole = httpsfront.Patience(faultinjection.New(1, j).HTTP(faultinjection.Host{Name: "api"}, x.server), time.Minute)
	x.client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	return x
}

// rate answers how many requests per second a handler serves to eight clients over real connections, of n.
func (x *bench) rate(h http.Handler, method, path string, body func(i int) string, n int) float64 {
	x.b.Helper()
	const clients = 8
	server := httptest.NewServer(h)
	defer server.Close()
	var g errgroup.Group
	began := time.Now()
	for c := range clients {
		g.Go(func() error {
			for i := c; i < n; i += clients {
				if err := x.ask(method, server.URL+path, body(i)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		x.b.Fatal(err)
	}
	return float64(n) / time.Since(began).Seconds()
}

// ask sends one request and reads the answer.
func (x *bench) ask(method, url, body string) error {
	r, err := http.NewRequestWithContext(context.Background(), method, url, strings.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+tokenValue)
	resp, err := x.client.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s", method, url, resp.Status)
	}
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}

// bare answers a request with the bytes and headers of a real answer, after reading the body, as any handler
// of a write must.
func (x *bench) bare(method, path, body string) http.Handler {
	r := httptest.NewRequestWithContext(context.Background(), method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+tokenValue)
	w := httptest.NewRecorder()
	x.server.ServeHTTP(w, r)
	answer, header := w.Body.Bytes(), w.Header()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		for name, values := range header {
			w.Header()[name] = values
		}
		_, _ = w.Write(answer)
	})
}

// BenchmarkAgainstBare prints requests per second of the API and its ratio to a bare net/http handler that
// returns the same bytes over the same loopback.
func BenchmarkAgainstBare(b *testing.B) {
	empty := func(int) string { return "" }
	fresh := func(i int) string {
		return fmt.Sprintf(`{"comment":"","content":"192.0.2.1","name":"new-%d-%d.example.com","proxied":false,"tags":[],"ttl":1,"type":"A"}`, i, time.Now().UnixNano())
	}
	for _, tc := range []struct {
		name, method, path string
		body               func(int) string
	}{
		{"zones", "GET", "/client/v4/zones?name=example.com", empty},
		{"records-by-name", "GET", "/records?name=host-7.example.com", empty},
		{"page-of-100", "GET", "/records?per_page=100&page=3", empty},
		{"create", "POST", "/records", fresh},
	} {
		b.Run(tc.name, func(b *testing.B) {
			x := newBench(b, 1000)
			path := strings.Replace(tc.path, "/records", "/client/v4/zones/"+x.zone.ID.String()+"/dns_records", 1)
			bare := x.bare(tc.method, path, tc.body(-1))
			x.rate(bare, tc.method, path, tc.body, 200) // warm
			b.ResetTimer()
			// Turn by turn, and the best turn counts, so that the machine's moods hit both alike.
			var api, base float64
			const turns = 10
			n := max(b.N/turns, 50)
			for range turns {
				base = max(base, x.rate(bare, tc.method, path, tc.body, n))
				api = max(api, x.rate(x.whole, tc.method, path, tc.body, n))
			}
			b.ReportMetric(api, "req/s")
			b.ReportMetric(base, "bare-req/s")
			b.ReportMetric(api/base, "of-bare")
		})
	}
}

// BenchmarkSize compares a page and a lookup in a zone of 1,000,000 records with those in one of 1,000,
// without a network, and prints the ratio and the memory of a record.
func BenchmarkSize(b *testing.B) {
	const small, large = 1_000, 1_000_000
	var before, after runtime.MemStats
	few := newBench(b, small)
	runtime.GC()
	runtime.ReadMemStats(&before)
	many := newBench(b, large)
	runtime.GC()
	runtime.ReadMemStats(&after)
	for name, query := range map[string]func(n int) string{
		"page":         func(n int) string { return fmt.Sprintf("?per_page=100&page=%d", n/200) },
		"page-of-type": func(n int) string { return fmt.Sprintf("?type=A&per_page=100&page=%d", n/100) },
		"name":         func(n int) string { return fmt.Sprintf("?type=A&name=host-%d.example.com", n/2) },
	} {
		b.Run(name, func(b *testing.B) {
			const turns = 20
			n := max(b.N/turns, 10)
			best := [2]time.Duration{time.Hour, time.Hour}
			for range turns {
				best[0] = min(best[0], few.time(query(small), n))
				best[1] = min(best[1], many.time(query(large), n))
			}
			b.ReportMetric(float64(best[0].Nanoseconds())/1000, "µs/1k")
			b.ReportMetric(float64(best[1].Nanoseconds())/1000, "µs/1M")
			b.ReportMetric(float64(best[1])/float64(best[0]), "1M-of-1k")
			b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/large, "B/record")
		})
	}
}

// time is how long one request takes, of n.
func (x *bench) time(query string, n int) time.Duration {
	x.b.Helper()
	path := "/client/v4/zones/" + x.zone.ID.String() + "/dns_records" + query
	r := httptest.NewRequestWithContext(context.Background(), http.MethodGet, path, nil)
	r.Header.Set("Authorization", "Bearer "+tokenValue)
	w := &discard{header: http.Header{}}
	began := time.Now()
	for range n {
		x.server.ServeHTTP(w, r)
	}
	if w.status != http.StatusOK {
		x.b.Fatal("status ", w.status)
	}
	return time.Since(began) / time.Duration(n)
}

// discard is a ResponseWriter that keeps nothing but the status.
type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) WriteHeader(status int)      { d.status = status }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
