package faultinjection_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/faultinjection"
	"github.com/edgeproof/edgeproof/mocks/journal"
)

// FuzzContains: a rule that looks into bodies, signed ones and CSRs too, leaves each to be read by the server.
func FuzzContains(f *testing.F) {
	f.Add([]byte(`{"name":"www.example.com"}`))
	f.Add([]byte(`{"payload":"eyJjc3IiOiJNSUlCIn0","protected":"e30","signature":""}`))
	f.Add([]byte("\x1f\x8b\x08"))
	set := faultinjection.New(1, journal.New(10))
	if _, err := set.Add(api.FaultRule{
		HTTP: &api.HTTPMatch{Contains: "never.in.any.example"}, Do: api.Effect{Status: http.StatusForbidden},
	}); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if strings.Contains(string(body), "never.in") {
			return
		}
		var seen []byte
		server := set.HTTP(faultinjection.Host{Name: "production"},
			http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen, _ = io.ReadAll(r.Body) }))
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/finalize-order/1",
			strings.NewReader(string(body)))
		w := httptest.NewRecorder()
		server.ServeHTTP(w, r)
		if w.Code == http.StatusOK && string(seen) != string(body) {
			t.Errorf("%q arrives as %q", body, seen)
		}
	})
}
