package cloudflare_test

import (
	"crypto/tls"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/mocks/cloudflare"
	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

// TestWhatClientsCallFirst: routes beside zones and records, as a token of DNS rights and as a user meet them.
func TestWhatClientsCallFirst(t *testing.T) {
	t.Parallel()
	store := zone.New(zone.Options{})
	z, err := store.AddZone(api.Zone{Name: "example.com"})
	if err != nil {
		t.Fatal(err)
	}
	_, token, err := store.AddToken(api.Token{Permissions: api.EditDNS()}, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.AddUser("a@example.com", userKey); err != nil {
		t.Fatal(err)
	}
	s := cloudflare.New(cloudflare.Options{Store: store})
	ask := func(method, path string, user bool) (int, string) {
		r := httptest.NewRequestWithContext(t.Context(), method, "/client/v4"+path, strings.NewReader(`{}`))
		if user {
			r.Header.Set("X-Auth-Email", "a@example.com")
			r.Header.Set("X-Auth-Key", userKey)
		} else {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}
	const none, info = `"result":[]`, `"total_count":0`
	account := zone.DefaultAccount().ID.String()
	inZone := "/zones/" + z.ID.String()
	for path, want := range map[string]struct {
		token     int
		tokenText string
		user      int
		userText  string
	}{
		"/user":                                 {403, "9109", 200, `"email":"a@example.com"`},
		"/accounts":                             {200, info, 200, `"name":"Example Account"`},
		"/accounts/" + account:                  {403, "9109", 200, `"type":"standard"`},
		"/accounts/" + account + "/rules/lists": {403, "10000", 200, none},
		"/memberships":                          {403, "9109", 200, `"status":"accepted"`},
		inZone + "/pagerules?status=active":     {403, "10000", 200, none},
		inZone + "/settings":                    {403, "10000", 200, none},
		inZone + "/settings/ssl":                {403, "10000", 404, "7003"},
		inZone + "/custom_hostnames":            {403, "10000", 200, none},
		inZone + "/addressing/regional_hostnames": {
			403,
			`{"success":false,"errors":[{"code":10000,"message":"Authentication error"}]`, 200, none,
		},
		inZone + "/rulesets": {403, "10000", 200, none},
		inZone + "/dnssec":   {200, `"status":"disabled"`, 200, `"status":"disabled"`},
		inZone + "/nothing":  {404, "7003", 404, "7003"},
		// What this server does not have: a token has no permission there, whatever the depth of the path.
		inZone + "/ssl/universal/settings":             {403, "10000", 404, "7003"},
		inZone + "/available_plans":                    {403, "10000", 404, "7003"},
		inZone + "/dns_analytics/report":               {403, "10000", 404, "7003"},
		inZone + "/email/routing":                      {403, "10000", 404, "7003"},
		somewhere + "/purge_cache":                     {403, "10000", 403, "10000"},
		"/accounts/" + account + "/workers/scripts":    {403, "10000", 404, "7003"},
		"/accounts/" + account + "/dns_settings/views": {403, "10000", 404, "7003"},
		"/accounts/" + account + "/nothing":            {404, "7003", 404, "7003"},
		"/accounts/x/workers/scripts":                  {404, "7003", 404, "7003"},
		"/user/organizations":                          {403, "9109", 404, "7003"},
		"/user/nothing":                                {404, "7003", 404, "7003"},
		"/certificates":                                {403, "9109", 404, "7003"},
		"/ips":                                         {200, `{"ipv4_cidrs":["173.245.48.0/20",`, 200, `"ipv6_cidrs":["2400:`},
		inZone + "/dns_settings":                       {200, `"zone_mode":"standard"`, 200, `"zone_mode"`},
		somewhere + "/pagerules":                       {403, "10000", 403, "10000"},
	} {
		if status, body := ask(http.MethodGet, path, false); status != want.token ||
			!strings.Contains(body, want.tokenText) {
			t.Errorf("token: %s: %d %s", path, status, body)
		}
		if status, body := ask(http.MethodGet, path, true); status != want.user || !strings.Contains(body, want.userText) {
			t.Errorf("user: %s: %d %s", path, status, body)
		}
	}
	_, more, err := store.AddToken(api.Token{Permissions: append(api.EditDNS(), api.PageRulesEdit)}, "")
	if err != nil {
		t.Fatal(err)
	}
	token = more // octodns's settings as shipped
	if status, body := ask(http.MethodGet, inZone+"/pagerules?status=active", false); status != 200 ||
		!strings.Contains(body, none) {
		t.Errorf("a token for page rules: %d %s", status, body)
	}
	// external-dns 0.15 sends this with each update, whatever its flags are.
	if status, body := ask(http.MethodPatch, inZone+"/addressing/regional_hostnames/www.example.com",
		false); status != 403 || !strings.Contains(body, "10000") {
		t.Errorf("PATCH of a regional hostname: %d %s", status, body)
	}
	if status, body := ask(http.MethodGet, inZone+"/dns_records/export", false); status != 200 ||
		!strings.Contains(body, "\tIN\tSOA\tada.ns.cloudflare.com. dns.cloudflare.com. ") ||
		strings.Count(body, "\tIN\tNS\t") != 2 {
		t.Errorf("export: %d %s", status, body)
	}
}

func TestTrace(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "https://api.cloudflare.com/cdn-cgi/trace", nil)
	r.RemoteAddr, r.TLS = "[2001:db8::7]:4711", &tls.ConnectionState{Version: tls.VersionTLS13}
	w := httptest.NewRecorder()
	cloudflare.Trace(w, r)
	for _, want := range []string{"h=api.cloudflare.com\n", "ip=2001:db8::7\n", "tls=TLSv1.3\n"} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("no %q in\n%s", want, w.Body)
		}
	}
}

// TestRanges: the edge's addresses are public, and no target of a proxied record.
func TestRanges(t *testing.T) {
	t.Parallel()
	store := zone.New(zone.Options{})
	z, err := store.AddZone(api.Zone{Name: "example.com"})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/client/v4/ips", nil) // no credentials
	w := httptest.NewRecorder()
	cloudflare.New(cloudflare.Options{Store: store}).ServeHTTP(w, r)
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"104.16.0.0/13"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	ipv4, ipv6 := cloudflare.Ranges()
	for _, text := range append(ipv4, ipv6...) {
		address := netip.MustParsePrefix(text).Addr().Next()
		c := zone.Draft("a", "A", address.String())
		if address.Is6() {
			c = zone.Draft("a", "AAAA", address.String())
		}
		proxied := true
		c.Proxied = &proxied
		var refused *zone.APIError
		if _, err := store.Create(z.ID, c); !errors.As(err, &refused) || refused.Code != zone.CodeTargetPrivate {
			t.Errorf("%s as target of a proxied record: %v", address, err)
		}
	}
}

func TestWebsite(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/ips-v4": "173.245.48.0/20\n", "/ips-v6": "2400:cb00::/32\n", "/cdn-cgi/trace": "h=www.cloudflare.com\n",
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "https://www.cloudflare.com"+path, nil)
		w := httptest.NewRecorder()
		cloudflare.Website().ServeHTTP(w, r)
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: no %q in\n%s", path, want, w.Body)
		}
	}
}
