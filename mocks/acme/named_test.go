package acme

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	pebble "github.com/letsencrypt/pebble/v2/acme"
)

func TestOrderRequestOf(t *testing.T) {
	t.Parallel()
	jws := func(payload string) string {
		return `{"protected":"e30","payload":"` + base64.RawURLEncoding.EncodeToString([]byte(payload)) +
			`","signature":"x"}`
	}
	none := []pebble.Identifier{}
	for body, want := range map[string]orderRequest{
		jws(`{"identifiers":[],"profile":"shortlived"}`):            {Identifiers: none, Profile: "shortlived"},
		jws(`{"identifiers":[],"notAfter":"2027-01-01T00:00:00Z"}`): {Identifiers: none, NotAfter: "2027-01-01T00:00:00Z"},
		jws(`{"identifiers":[]}`):                                   {Identifiers: none},
		jws(`{"profile":"half","notAfter":1}`):                      {},
		jws(`not json`):                                             {},
		`{"payload":"%%%"}`:                                         {},
		"":                                                          {},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, newOrderPath, strings.NewReader(body))
		if diff := cmp.Diff(want, orderRequestOf(r)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", body, diff)
		}
		if left, err := io.ReadAll(r.Body); err != nil || string(left) != body {
			t.Errorf("%q: Pebble would read %q, %v", body, left, err)
		}
	}
}

func TestOrdersThatLetsEncryptRefuses(t *testing.T) {
	t.Parallel()
	many := make([]string, 101)
	for i := range many {
		many[i] = fmt.Sprintf("n%d.example.com", i)
	}
	for name, tc := range map[string]struct {
		names []string
		want  string // part of type and detail; "" is not refused
	}{
		"plain":                  {[]string{"www.example.com", "example.com", "*.other.example.com"}, ""},
		"a hundred":              {many[:100], ""},
		"under no public suffix": {[]string{"a.internal.test"}, ""},
		"a top-level domain":     {[]string{"com"}, `rejectedIdentifier Invalid identifiers requested :: Cannot issue for "com": Domain name is an ICANN TLD`},
		"a public suffix":        {[]string{"*.co.uk"}, "ICANN TLD"},
		"one label":              {[]string{"localhost"}, "needs at least one dot"},
		"a hundred and one":      {many, "malformed Order cannot contain more than 100 identifiers"},
		"beneath its wildcard": {
			[]string{"*.example.com", "WWW.example.com"},
			`malformed Error creating new order :: Domain name "www.example.com" is redundant`,
		},
	} {
		var order orderRequest
		for _, n := range tc.names {
			order.Identifiers = append(order.Identifiers, pebble.Identifier{Type: pebble.IdentifierDNS, Value: n})
		}
		got := ""
		if p := order.refusal(nil, false); p != nil {
			got = strings.TrimPrefix(p.Type, "urn:ietf:params:acme:error:") + " " + p.Detail
		}
		if (got == "") != (tc.want == "") || !strings.Contains(got, tc.want) {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
		if p := order.refusal(nil, true); p != nil {
			t.Errorf("%s: Pebble in its own ways refuses: %v", name, p)
		}
	}
}
