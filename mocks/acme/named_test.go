package acme

import (
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestWishes(t *testing.T) {
	t.Parallel()
	jws := func(payload string) string {
		return `{"protected":"e30","payload":"` + base64.RawURLEncoding.EncodeToString([]byte(payload)) + `","signature":"x"}`
	}
	for body, want := range map[string]wish{
		jws(`{"identifiers":[],"profile":"shortlived"}`):            {Profile: "shortlived"},
		jws(`{"identifiers":[],"notAfter":"2027-01-01T00:00:00Z"}`): {NotAfter: "2027-01-01T00:00:00Z"},
		jws(`{"identifiers":[]}`):                                   {},
		jws(`{"profile":"half","notAfter":1}`):                      {},
		jws(`not json`):                                             {},
		`{"payload":"%%%"}`:                                         {},
		"":                                                          {},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, newOrderPath, strings.NewReader(body))
		if got := wishOf(r); got != want {
			t.Errorf("%q: %+v", body, got)
		}
		if left, err := io.ReadAll(r.Body); err != nil || string(left) != body {
			t.Errorf("%q: Pebble would read %q, %v", body, left, err)
		}
	}
}
