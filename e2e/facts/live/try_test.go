package live_test

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/mocks/cloudflare"
	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

const (
	key   = "0123456789abcdef0123456789abcdef01234"
	email = "a@example.org"
)

func TestTry(t *testing.T) {
	t.Parallel()
	store := zone.New(zone.Options{})
	here := fill(t, store, "here.example", zone.Draft("a", "A", "203.0.113.10"))
	fill(t, store, "there.example")
	if _, err := store.AddUser(email, key); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var methods []string
	fake := cloudflare.New(cloudflare.Options{Store: store})
	internet := provider(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		methods = append(methods, r.Method)
		mu.Unlock()
		fake.ServeHTTP(w, r)
	}))
	add := func(token api.Token) facts.Credential {
		_, value, err := store.AddToken(token, "")
		if err != nil {
			t.Fatal(err)
		}
		return facts.NewCredential(value, "")
	}
	past, future := time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	both, one := []string{"here.example", "there.example"}, []string{"here.example"}
	yes, no := new(true), new(false)
	for name, c := range map[string]struct {
		credential facts.Credential
		want       facts.Token
		refused    []string
	}{
		"all rights": {
			add(api.Token{Permissions: api.EditDNS()}),
			facts.Token{Status: "active", ZoneRead: yes, DNSRead: yes, DNSEdit: yes, Zones: both},
			nil,
		},
		"one zone": {
			add(api.Token{Permissions: api.EditDNS(), Zones: []api.ID{here.ID}}),
			facts.Token{Status: "active", ZoneRead: yes, DNSRead: yes, DNSEdit: yes, Zones: one},
			nil,
		},
		"no zone read": {
			add(api.Token{Permissions: []api.Permission{api.DNSEdit}}),
			facts.Token{Status: "active", ZoneRead: no},
			[]string{"/zones 403 0"},
		},
		"no edit": {
			add(api.Token{Permissions: []api.Permission{api.ZoneRead, api.DNSRead}}),
			facts.Token{Status: "active", ZoneRead: yes, DNSRead: yes, DNSEdit: no, Zones: both},
			nil,
		},
		"zones only": {
			add(api.Token{Permissions: []api.Permission{api.ZoneRead}}),
			facts.Token{Status: "active", ZoneRead: yes, DNSRead: no, DNSEdit: no, Zones: both},
			[]string{"/zones/ID/dns_records 403 10000"},
		},
		"expired": {add(api.Token{Permissions: api.EditDNS(), Expires: &past}), facts.Token{Status: "expired"}, nil},
		"not yet": {
			add(api.Token{Permissions: api.EditDNS(), NotBefore: &future}),
			facts.Token{Status: "not-yet"},
			nil,
		},
		"disabled": {
			add(api.Token{Permissions: api.EditDNS(), Status: api.TokenDisabled}),
			facts.Token{Status: "disabled"},
			nil,
		},
		"from elsewhere": {
			add(api.Token{Permissions: api.EditDNS(), AllowFrom: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}}),
			facts.Token{},
			[]string{"/user/tokens/verify 403 9109"},
		},
		"of an account": {
			add(api.Token{Permissions: api.EditDNS(), Account: zone.DefaultAccount().ID}),
			facts.Token{Status: "active", ZoneRead: yes, DNSRead: yes, DNSEdit: yes, Zones: both},
			[]string{"/user/tokens/verify 401 1000"},
		},
		"unknown": {
			facts.NewCredential(strings.Repeat("a", 40), ""),
			facts.Token{Status: "unknown"},
			[]string{"/user/tokens/verify 401 1000", "/zones 403 9109"},
		},
		"malformed": {
			facts.NewCredential("short", ""),
			facts.Token{Status: "malformed"},
			[]string{"/user/tokens/verify 400 6003"},
		},
		"two lines": {facts.NewCredential("one\ntwo", ""), facts.Token{Status: "malformed"}, nil},
		"a global key": {
			facts.NewCredential(key, email),
			facts.Token{Status: "active", ZoneRead: yes, DNSRead: yes, DNSEdit: yes, Zones: both},
			nil,
		},
		"another's key": {
			facts.NewCredential(key, "b@example.org"),
			facts.Token{Status: "unknown"},
			[]string{"/zones 403 9103"},
		},
		"no key at all": {facts.NewCredential("x", email), facts.Token{Status: "malformed"}, []string{"/zones 400 6003"}},
	} {
		got, err := internet.Try(t.Context(), c.credential)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if d := cmp.Diff(c.want, got, cmpopts.IgnoreFields(facts.Token{}, "Refusals")); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
		var refused []string
		for _, r := range got.Refusals {
			refused = append(refused, fmt.Sprintf("%s %d %d", strings.Replace(r.Path, here.ID.String(), "ID", 1), r.Status,
				r.Code))
			if r.Time == "" || r.Message == "" || strings.Contains(r.Message, c.credential.Reveal()) {
				t.Errorf("%s: %+v", name, r)
			}
		}
		if d := cmp.Diff(c.refused, refused); d != "" {
			t.Errorf("%s: refusals (-want +got):\n%s", name, d)
		}
	}
	if slices.ContainsFunc(methods, func(m string) bool { return m != http.MethodGet }) || len(methods) < 20 {
		t.Errorf("requests: %v", methods)
	}
}

// TestRightsAreOfEachZone: a token may edit one zone and only read another, whichever is listed first.
func TestRightsAreOfEachZone(t *testing.T) {
	t.Parallel()
	const read, edit = `["#zone:read","#dns_records:read"]`, `["#zone:read","#dns_records:read","#dns_records:edit"]`
	for name, c := range map[string]struct {
		first, second string
		edits         *bool
		readOnly      []string
	}{
		"one of two":   {read, edit, new(true), []string{"aaa.example"}},
		"none of two":  {read, read, new(false), nil},
		"both":         {edit, edit, new(true), nil},
		"not listed":   {`[]`, `[]`, nil, nil},
		"listed once":  {`[]`, edit, new(true), nil},
		"refused once": {`[]`, read, new(false), nil},
	} {
		internet := provider(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			result := `[]`
			switch {
			case strings.HasSuffix(r.URL.Path, "/verify"):
				result = `{"status":"active"}`
			case strings.HasSuffix(r.URL.Path, "/zones"):
				result = fmt.Sprintf(`[{"id":"1","name":"aaa.example","permissions":%s},{"id":"2","name":"here.example","permissions":%s}]`, c.first, c.second)
			}
			_, _ = fmt.Fprintf(w, `{"success":true,"errors":[],"messages":[],"result":%s,"result_info":{"page":1,"total_pages":1}}`, result)
		}))
		got, err := internet.Try(t.Context(), facts.NewCredential(strings.Repeat("a", 40), ""))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if d := cmp.Diff(c.edits, got.DNSEdit); d != "" || !slices.Equal(got.ReadOnly, c.readOnly) {
			t.Errorf("%s: edits %v, read only %v", name, got.DNSEdit, got.ReadOnly)
		}
	}
}

func TestZonesAndRecords(t *testing.T) {
	t.Parallel()
	store := zone.New(zone.Options{})
	for n := range 60 { // more than a page
		fill(t, store, fmt.Sprintf("zone-%02d.example", n), zone.Draft("a", "A", "203.0.113.10"),
			zone.Draft("t", "TXT", `"heritage=external-dns"`))
	}
	_, value, err := store.AddToken(api.Token{Permissions: api.EditDNS()}, "")
	if err != nil {
		t.Fatal(err)
	}
	internet, c := provider(t, cloudflare.New(cloudflare.Options{Store: store})), facts.NewCredential(value, "")
	zones, err := internet.Zones(t.Context(), c)
	if err != nil || len(zones) != 60 || zones[59].Name != "zone-59.example" || zones[0].Status != "active" ||
		len(zones[0].NameServers) != 2 {
		t.Errorf("%d zones, %v", len(zones), err)
	}
	records, err := internet.Records(t.Context(), c, "zone-07.example")
	if err != nil || len(records) != 2 || records[0].Name != "a.zone-07.example" ||
		records[1].Content != `"heritage=external-dns"` || records[0].Created.IsZero() {
		t.Errorf("records: %+v, %v", records, err)
	}
	if _, err := internet.Records(t.Context(), c, "other.example"); err == nil ||
		!strings.Contains(err.Error(), "does not see it") {
		t.Errorf("records of a zone that is not there: %v", err)
	}
	if _, err := internet.Zones(t.Context(), facts.Credential{}); err == nil {
		t.Error("a request was sent without a token")
	}
}

func TestAnAnswerThatIsNone(t *testing.T) {
	t.Parallel()
	c := facts.NewCredential("the-value-of-the-token", "")
	for name, handler := range map[string]http.HandlerFunc{
		"HTML": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) },
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusFound)
		},
		"cut short": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"success":true,"result":[`)) },
		"not a list": func(w http.ResponseWriter, _ *http.Request) {
			_,
				_ = w.Write([]byte(`{"success":true,"result":7}`))
		},
		"a gone host": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	} {
		_, err := provider(t, handler).Zones(t.Context(), c)
		if err == nil || !strings.HasPrefix(err.Error(), "list zones: query the provider: ") ||
			strings.Contains(err.Error(), c.Reveal()) {
			t.Errorf("%s: %v", name, err)
		}
	}
	got, err := provider(t, http.HandlerFunc(func(w http.ResponseWriter,
		_ *http.Request,
	) {
		w.WriteHeader(http.StatusBadGateway)
	})).Try(t.Context(), c)
	if err != nil || got.Status != "" || got.ZoneRead != nil || len(got.Refusals) == 0 {
		t.Errorf("a broken gateway says nothing of a token: %+v, %v", got, err)
	}
}
