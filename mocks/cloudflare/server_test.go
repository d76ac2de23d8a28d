package cloudflare_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/edgeproof/edgeproof/mocks/cloudflare"
	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/journal"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

// tokenValue has the form of a real token.
const tokenValue = "abcdefghijklmnopqrstuvwxyz0123456789-_AB"

// fake is an API with one zone, example.com, one token that may edit it, and a clock that the test turns.
type fake struct {
	t       *testing.T
	store   *zone.Store
	server  *cloudflare.Server
	journal *journal.Journal
	zone    *api.Zone
	token   *api.Token
	clock   time.Time
}

func newFake(t *testing.T) *fake {
	t.Helper()
	f := &fake{t: t, journal: journal.New(1000), clock: time.Date(2026, 3, 1, 12, 0, 0, 24_966_700, time.UTC)}
	now := func() time.Time { return f.clock }
	f.store = zone.New(zone.Options{Now: now})
	f.zone = f.addZone(api.Zone{Name: "example.com"})
	token, _, err := f.store.AddToken(api.Token{Permissions: api.EditDNS()}, tokenValue)
	if err != nil {
		t.Fatal(err)
	}
	f.token = token
	f.server = cloudflare.New(cloudflare.Options{Store: f.store, Journal: f.journal, Now: now})
	return f
}

func (f *fake) addZone(z api.Zone) *api.Zone {
	f.t.Helper()
	added, err := f.store.AddZone(z)
	if err != nil {
		f.t.Fatal(err)
	}
	return added
}

func (f *fake) add(name, typ, content string) *zone.Record {
	f.t.Helper()
	r, err := f.store.Create(f.zone.ID, zone.Draft(name, typ, content))
	if err != nil {
		f.t.Fatal(err)
	}
	return r
}

// answer is a response, read.
type answer struct {
	status int
	header http.Header
	body   string
}

// ask sends one request; headers come as "Name: value".
func (f *fake) ask(method, path, body string, headers ...string) answer {
	f.t.Helper()
	r := httptest.NewRequestWithContext(f.t.Context(), method, "/client/v4"+path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+tokenValue)
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		if value == "" {
			r.Header.Del(name)
			continue
		}
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	f.server.ServeHTTP(w, r)
	got, err := io.ReadAll(w.Result().Body)
	if err != nil {
		f.t.Fatal(err)
	}
	if !json.Valid(got) {
		f.t.Fatalf("%s %s: not JSON: %s", method, path, got)
	}
	return answer{w.Code, w.Header(), string(got)}
}

// wantEvidence checks how the last answer, a refusal, is tagged as known.
func (f *fake) wantEvidence(want zone.Evidence) {
	f.t.Helper()
	entries := f.journal.Entries(api.JournalFilter{Source: api.SourceAPI})
	if got := entries[len(entries)-1].Detail["evidence"]; got != string(want) {
		f.t.Errorf("evidence %q, want %q", got, want)
	}
}

// records is the path of the fake zone's records.
func (f *fake) records(more string) string {
	return "/zones/" + f.zone.ID.String() + "/dns_records" + more
}

func (a answer) want(t *testing.T, status int, body string) {
	t.Helper()
	if a.status != status || a.body != body {
		t.Errorf("status %d, want %d\n got %s\nwant %s", a.status, status, a.body, body)
	}
}
