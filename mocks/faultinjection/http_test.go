package faultinjection_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/faultinjection"
	"github.com/edgeproof/edgeproof/mocks/journal"
)

func apiHost() faultinjection.Host { return faultinjection.Host{Name: "api"} }

func ca() faultinjection.Host {
	return faultinjection.Host{
		Name: "production", Nonce: func(context.Context) string { return "fresh" },
		Step: func(path string) string { return strings.TrimPrefix(path, "/") },
	}
}

// echo answers with the request's body, to see that it arrives whole.
func echo() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, _ = io.WriteString(w, "real answer "+string(body))
	})
}

func serve(t *testing.T, set *faultinjection.Set, host faultinjection.Host) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(set.HTTP(host, echo()))
	t.Cleanup(server.Close)
	return server
}

type answer struct {
	Status int
	Body   string
	Header http.Header
}

func do(ctx context.Context, server *httptest.Server, method, path, body string, header http.Header) (answer, error) {
	req, err := http.NewRequestWithContext(ctx, method, server.URL+path, strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	for name, values := range header {
		req.Header[name] = values
	}
	resp, err := server.Client().Do(req)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, string(text), resp.Header}, err
}

func add(t *testing.T, set *faultinjection.Set, r api.FaultRule) string {
	t.Helper()
	added, err := set.Add(r)
	if err != nil {
		t.Fatal(err)
	}
	return added.ID
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		host   faultinjection.Host
		do     api.Effect
		status int
		body   string
		header map[string]string
	}{
		"cloudflare code": {
			apiHost(),
			api.Effect{Status: 403, Code: 10000, Message: "Authentication error"},
			403,
			`{"success":false,"errors":[{"code":10000,"message":"Authentication error"}],"messages":[],"result":null}`,
			map[string]string{"Content-Type": "application/json", "Server": "cloudflare"},
		},
		"bare status": {
			apiHost(),
			api.Effect{Status: 500},
			500,
			`{"success":false,"errors":[{"code":10000,"message":"Internal Server Error"}],"messages":[],"result":null}`, nil,
		},
		"a lie": {
			apiHost(),
			api.Effect{Status: 200, Code: 81044, Message: "<gone>"},
			200,
			`{"success":false,"errors":[{"code":81044,"message":"\u003cgone\u003e"}],"messages":[],"result":null}`, nil,
		},
		"own headers": {
			apiHost(),
			api.Effect{
				Status:  503,
				Headers: map[string]string{"Server": "x", "Content-Type": "y"},
			},
			503, "",
			map[string]string{"Server": "x", "Content-Type": "y"},
		},
		"retry after": {
			apiHost(),
			api.Effect{Status: 429, Code: 10100, Message: "wait", RetryAfter: 300},
			429, "",
			map[string]string{"Retry-After": "300"},
		},
		"error page": {
			apiHost(),
			api.Effect{HTML: true},
			502, "",
			map[string]string{"Content-Type": "text/html; charset=UTF-8", "Server": "cloudflare"},
		},
		"text": {
			apiHost(),
			api.Effect{Body: "plain"},
			200, "plain",
			map[string]string{"Content-Type": "text/plain; charset=utf-8"},
		},
		"headers only": {
			apiHost(),
			api.Effect{Headers: map[string]string{"CF-Ray": "x"}},
			200, "real answer ",
			map[string]string{"Cf-Ray": "x"},
		},
		"rate limited": {
			ca(),
			api.Effect{Problem: "rateLimited", RetryAfter: 60, Message: "too many"},
			429, `{"type":"urn:ietf:params:acme:error:rateLimited","detail":"too many","status":429}`,
			map[string]string{
				"Retry-After": "60", "Replay-Nonce": "fresh", "Content-Type": "application/problem+json",
				"Server": "",
			},
		},
		"caa": {
			ca(),
			api.Effect{Problem: "caa", Message: "no"},
			403,
			`{"type":"urn:ietf:params:acme:error:caa","detail":"no","status":403}`, nil,
		},
		"acme bare status": {
			ca(),
			api.Effect{Status: 503},
			503,
			`{"type":"urn:ietf:params:acme:error:rateLimited","detail":"injected: Service Unavailable","status":503}`, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := journal.New(10)
			set := faultinjection.New(1, j)
			add(t, set, api.FaultRule{ID: "f", HTTP: &api.HTTPMatch{}, Do: tc.do})
			got, err := do(t.Context(), serve(t, set, tc.host), http.MethodGet, "/new-order", "", nil)
			if err != nil {
				t.Fatal(err)
			}
			if got.Status != tc.status || (tc.body != "" && got.Body != tc.body) {
				t.Errorf("%d %s", got.Status, got.Body)
			}
			for name, want := range tc.header {
				if got.Header.Get(name) != want {
					t.Errorf("%s: %q, want %q", name, got.Header.Get(name), want)
				}
			}
			if seen := j.Entries(api.JournalFilter{}); len(tc.do.Headers) == 0 &&
				(len(seen) != 1 || seen[0].Detail["fault"] != "f") {
				t.Errorf("journal %+v", seen)
			}
		})
	}
}

func TestMatching(t *testing.T) {
	t.Parallel()
	payload := base64.RawURLEncoding.EncodeToString([]byte(`{"identifiers":[{"type":"dns","value":"www.example.com"}]}`))
	csr := base64.RawURLEncoding.EncodeToString([]byte(`{"csr":"` +
		base64.RawURLEncoding.EncodeToString([]byte("\x30\x82www.example.com")) + `"}`))
	jws := func(p string) string { return `{"protected":"e30","payload":"` + p + `","signature":"x"}` }
	for name, tc := range map[string]struct {
		match      api.HTTPMatch
		host       faultinjection.Host
		path, body string
		want       bool
	}{
		"everything":       {api.HTTPMatch{}, apiHost(), "/x", "", true},
		"host":             {api.HTTPMatch{Host: "api"}, apiHost(), "/x", "", true},
		"other host":       {api.HTTPMatch{Host: "staging"}, ca(), "/x", "", false},
		"both authorities": {api.HTTPMatch{Host: "acme"}, ca(), "/x", "", true},
		"acme is not api":  {api.HTTPMatch{Host: "acme"}, apiHost(), "/x", "", false},
		"method":           {api.HTTPMatch{Method: "post"}, apiHost(), "/x", "", true},
		"other method":     {api.HTTPMatch{Method: "GET"}, apiHost(), "/x", "", false},
		"path": {
			api.HTTPMatch{Path: "/zones/*/dns_records*"},
			apiHost(), "/zones/1/dns_records/batch", "",
			true,
		},
		"path is whole":     {api.HTTPMatch{Path: "/zones"}, apiHost(), "/zones/1", "", false},
		"query":             {api.HTTPMatch{Query: "*name=a.example*"}, apiHost(), "/zones?page=1&name=a.example", "", true},
		"step":              {api.HTTPMatch{Step: "new-order"}, ca(), "/new-order", "", true},
		"step of no acme":   {api.HTTPMatch{Step: "new-order"}, apiHost(), "/new-order", "", false},
		"token":             {api.HTTPMatch{Token: api.Fingerprint("secret")}, apiHost(), "/x", "", true},
		"other token":       {api.HTTPMatch{Token: api.Fingerprint("other")}, apiHost(), "/x", "", false},
		"token, any scheme": {api.HTTPMatch{Token: api.Fingerprint("secret")}, apiHost(), "/lower", "", true},
		"client":            {api.HTTPMatch{Client: "127.0.0.1"}, apiHost(), "/x", "", true},
		"client prefix":     {api.HTTPMatch{Client: "127.0.0.0/8"}, apiHost(), "/x", "", true},
		"other client":      {api.HTTPMatch{Client: "10.0.0.0/8"}, apiHost(), "/x", "", false},
		"body":              {api.HTTPMatch{Contains: "needle"}, apiHost(), "/x", "hay needle hay", true},
		"body without":      {api.HTTPMatch{Contains: "needle"}, apiHost(), "/x", "hay", false},
		"signed identifier": {api.HTTPMatch{Contains: "www.example.com"}, ca(), "/new-order", jws(payload), true},
		"name in a CSR":     {api.HTTPMatch{Contains: "www.example.com"}, ca(), "/finalize", jws(csr), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set := faultinjection.New(1, nil)
			add(t, set, api.FaultRule{HTTP: &tc.match, Do: api.Effect{Status: 418}})
			scheme := "Bearer"
			if tc.path == "/lower" {
				scheme = "bearer"
			}
			got, err := do(t.Context(), serve(t, set, tc.host), http.MethodPost, tc.path, tc.body,
				http.Header{"Authorization": {scheme + " secret"}})
			if err != nil {
				t.Fatal(err)
			}
			if (got.Status == 418) != tc.want {
				t.Errorf("HTTP %d, want a hit: %v", got.Status, tc.want)
			}
			if !tc.want && got.Body != "real answer "+tc.body {
				t.Errorf("the body that was looked into did not arrive: %q", got.Body)
			}
		})
	}
}

func TestConnectionsBreak(t *testing.T) {
	t.Parallel()
	set := faultinjection.New(1, nil)
	server := serve(t, set, apiHost())
	id := add(t, set, api.FaultRule{HTTP: &api.HTTPMatch{}, Do: api.Effect{Reset: true}})
	if _, err := do(t.Context(), server, http.MethodPost, "/", "x", nil); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("reset: %v", err)
	}
	set.Clear(id)
	id = add(t, set, api.FaultRule{HTTP: &api.HTTPMatch{}, Do: api.Effect{Truncate: true}})
	if got, err := do(t.Context(), server, http.MethodPost, "/", "x", nil); !errors.Is(err, io.ErrUnexpectedEOF) ||
		got.Body != "real a" {
		t.Errorf("truncated: %q %v", got.Body, err)
	}
	set.Clear(id)
	if got, err := do(t.Context(), server, http.MethodPost, "/", "x", nil); err != nil || got.Body != "real answer x" {
		t.Errorf("after the fault: %q %v", got.Body, err)
	}
}

// notifying calls reading whenever a body is read.
type notifying struct {
	io.ReadCloser
	reading func()
}

// Read calls reading, then reads.
func (b notifying) Read(p []byte) (int, error) {
	b.reading()
	return b.ReadCloser.Read(p)
}

// A client that sends its body slowly delays no other client, although a rule inspects the body.
func TestASlowBodyDelaysNoOtherClient(t *testing.T) {
	t.Parallel()
	set := faultinjection.New(1, nil)
	add(t, set, api.FaultRule{
		HTTP: &api.HTTPMatch{Method: http.MethodPost, Contains: "needle"},
		Do:   api.Effect{Status: 418},
	})
	reading := make(chan struct{})
	once := sync.OnceFunc(func() { close(reading) })
	handler := set.HTTP(apiHost(), echo())
	slow, feed := io.Pipe()
	answered := make(chan int)
	go func() {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", notifying{slow, once}))
		answered <- w.Code
	}()
	<-reading
	other := make(chan int)
	go func() {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", strings.NewReader("")))
		other <- w.Code
	}()
	select {
	case status := <-other:
		if status != http.StatusOK {
			t.Errorf("another request: HTTP %d", status)
		}
	case <-time.After(10 * time.Second):
		t.Error("another request waits for the slow one")
	}
	for _, piece := range []string{"a nee", "dle"} {
		if _, err := io.WriteString(feed, piece); err != nil {
			t.Error(err)
		}
	}
	_ = feed.Close()
	if status := <-answered; status != 418 {
		t.Errorf("the slow request: HTTP %d", status)
	}
}

// Of a huge answer the head is sent, and as much is promised as there was.
func TestAHugeAnswerIsTruncated(t *testing.T) {
	t.Parallel()
	set := faultinjection.New(1, nil)
	add(t, set, api.FaultRule{HTTP: &api.HTTPMatch{}, Do: api.Effect{Truncate: true}})
	piece := bytes.Repeat([]byte("x"), 1<<20)
	server := httptest.NewServer(set.HTTP(apiHost(), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for range 8 {
			_, _ = w.Write(piece)
		}
	})))
	t.Cleanup(server.Close)
	got, err := do(t.Context(), server, http.MethodGet, "/", "", nil)
	if !errors.Is(err, io.ErrUnexpectedEOF) || got.Header.Get("Content-Length") != "8388608" || len(got.Body) != 1<<20 {
		t.Errorf("%s promised, %d sent, %v", got.Header.Get("Content-Length"), len(got.Body), err)
	}
}

func TestHangEndsWithTheRule(t *testing.T) {
	t.Parallel()
	j := journal.New(10)
	set := faultinjection.New(1, j)
	server := serve(t, set, apiHost())
	id := add(t, set, api.FaultRule{HTTP: &api.HTTPMatch{}, Do: api.Effect{Hang: true}})
	ended := make(chan error)
	go func() {
		_, err := do(t.Context(), server, http.MethodPost, "/", "", nil)
		ended <- err
	}()
	if _, err := j.Wait(t.Context(), 0, api.JournalFilter{Contains: "hang"}); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-ended:
		t.Fatalf("it did not hang: %v", err)
	default:
	}
	set.Clear(id)
	if err := <-ended; err == nil {
		t.Error("an answer came out of a hang")
	}
}

func TestDelay(t *testing.T) {
	t.Parallel()
	set := faultinjection.New(1, nil)
	add(t, set, api.FaultRule{HTTP: &api.HTTPMatch{}, Do: api.Effect{DelayMillis: 60}})
	start := time.Now()
	got, err := do(t.Context(), serve(t, set, apiHost()), http.MethodGet, "/", "", nil)
	if err != nil || got.Body != "real answer " || time.Since(start) < 60*time.Millisecond {
		t.Errorf("%q %v after %v", got.Body, err, time.Since(start))
	}
}

// hits sends n requests and returns which were hit.
func hits(t *testing.T, set *faultinjection.Set, n int) string {
	t.Helper()
	handler := set.HTTP(apiHost(), echo())
	var b strings.Builder
	for range n {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", strings.NewReader("")))
		b.WriteByte(map[bool]byte{true: 'x', false: '.'}[w.Code != http.StatusOK])
	}
	return b.String()
}

func TestLife(t *testing.T) {
	t.Parallel()
	set := faultinjection.New(1, nil)
	add(t, set, api.FaultRule{ID: "few", HTTP: &api.HTTPMatch{}, Do: api.Effect{Status: 500}, Skip: 2, Times: 3})
	if got := hits(t, set, 8); got != "..xxx..." {
		t.Errorf("skip 2, times 3: %s", got)
	}
	if got := set.List(); len(got) != 1 || got[0].Hits != 3 || got[0].Seen != 5 {
		t.Errorf("list %+v", got)
	}
	if n := set.ClearAll(); n != 1 || len(set.List()) != 0 {
		t.Errorf("cleared %d", n)
	}
	add(t, set, api.FaultRule{HTTP: &api.HTTPMatch{}, Do: api.Effect{Status: 500}, Seconds: 0.000001})
	if got := hits(t, set, 2); got != ".." {
		t.Errorf("expired: %s", got)
	}
	if _, ok := set.Clear("few"); ok {
		t.Error("cleared what is gone")
	}
}

func TestDiceRepeat(t *testing.T) {
	t.Parallel()
	roll := func(seed uint64, id string) string {
		set := faultinjection.New(seed, nil)
		add(t, set, api.FaultRule{ID: id, HTTP: &api.HTTPMatch{}, Do: api.Effect{Status: 500}, Probability: 0.5})
		return hits(t, set, 64)
	}
	first := roll(1, "a")
	if diff := cmp.Diff(first, roll(1, "a")); diff != "" {
		t.Errorf("the same seed rolls otherwise (-first +second):\n%s", diff)
	}
	if first == roll(2, "a") || first == roll(1, "b") {
		t.Error("another seed or id rolls the same")
	}
	if n := strings.Count(first, "x"); n < 16 || n > 48 {
		t.Errorf("%d hits of 64 at 0.5", n)
	}
}
