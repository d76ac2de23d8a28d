package acme

import (
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestNamedProfile(t *testing.T) {
	t.Parallel()
	jws := func(payload string) string {
		return `{"protected":"e30","payload":"` + base64.RawURLEncoding.EncodeToString([]byte(payload)) + `","signature":"x"}`
	}
	for body, want := range map[string]string{
		jws(`{"identifiers":[],"profile":"shortlived"}`): "shortlived",
		jws(`{"identifiers":[]}`):                        "",
		jws(`not json`):                                  "",
		`{"payload":"%%%"}`:                              "",
		"":                                               "",
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, newOrderPath, strings.NewReader(body))
		if got := namedProfile(r); got != want {
			t.Errorf("%q: %q", body, got)
		}
		if left, err := io.ReadAll(r.Body); err != nil || string(left) != body {
			t.Errorf("%q: Pebble would read %q, %v", body, left, err)
		}
	}
}
