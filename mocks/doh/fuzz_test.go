package doh_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	mdns "github.com/miekg/dns"

	"github.com/edgeproof/edgeproof/mocks/doh"
)

// FuzzRequests: whatever the query string and the body are, each host answers, and a message that is answered is one.
func FuzzRequests(f *testing.F) {
	f.Add("GET", "name=example.com&type=TXT", "")
	f.Add("GET", "name=.&type=65536", "")
	f.Add("GET", "dns=AAABAAABAAAAAAAAB2V4YW1wbGUDY29tAAABAAE", "")
	f.Add("POST", "", "\x00\x00\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07example\x03com\x00\x00\x01\x00\x01")
	f.Add("POST", "", "\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00")
	echo := func(_ context.Context, query *mdns.Msg, _ string) *mdns.Msg { return new(mdns.Msg).SetReply(query) }
	hosts := map[string]http.Handler{"/dns-query": doh.Cloudflare(echo), "/resolve": doh.Google(echo)}
	f.Fuzz(func(t *testing.T, method, query, body string) {
		for path, host := range hosts {
			if method != http.MethodGet && method != http.MethodPost {
				return
			}
			r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
			r.URL.RawQuery = query
			r.Header.Set("Content-Type", "application/dns-message")
			w := httptest.NewRecorder()
			host.ServeHTTP(w, r)
			if w.Code == http.StatusOK && w.Header().Get("Content-Type") == "application/dns-message" {
				if err := new(mdns.Msg).Unpack(w.Body.Bytes()); err != nil {
					t.Errorf("%s %s?%s %q: answered %q: %v", method, path, query, body, w.Body, err)
				}
			}
			if w.Code >= http.StatusInternalServerError && w.Code != http.StatusGatewayTimeout {
				t.Errorf("%s %s?%s %q: %d %s", method, path, query, body, w.Code, w.Body)
			}
		}
	})
}
