package cloudflare_test

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/edgeproof/edgeproof/mocks/cloudflare"
	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

const (
	noHeader   = "Authorization: "
	unknown    = "Authorization: Bearer BAcdefghijklmnopqrstuvwxyz0123456789-_AB"
	somewhere  = "/zones/0123456789abcdef0123456789abcdef"
	userKey    = "0123456789abcdef0123456789abcdef01234"
	gateway403 = `{"success":false,"errors":[{"code":%,"message":"@"}],"messages":[],"result":null}`
)

// Real answers, byte for byte. The tag after each name says how the answer is known.
func TestRefusals(t *testing.T) {
	t.Parallel()
	gateway := func(code, message string) string {
		return strings.NewReplacer("%", code, "@", message).Replace(gateway403)
	}
	dns := func(code, message string) string {
		return `{"result":null,"success":false,"errors":[{"code":` + code + `,"message":"` + message + `"}],"messages":[]}`
	}
	chained := func(code, header string) string {
		return `{"success":false,"errors":[{"code":6003,"message":"Invalid request headers","error_chain":[{"code":` + code +
			`,"message":"Invalid format for ` + header + ` header"}]}],"messages":[],"result":null}`
	}
	bare := `{"success":false,"errors":[{"code":9106,"message":"Missing X-Auth-Key, X-Auth-Email or Authorization headers"}]}`
	const conflict = ` For more details, refer to \u003chttps://developers.cloudflare.com/dns/manage-dns-records/troubleshooting/records-with-same-name/\u003e.`
	for _, tc := range []struct {
		name    string
		tag     zone.Evidence
		method  string
		path    string // "@" is the records path, "#" the id of an A record a.example.com 192.0.2.1
		body    string
		headers []string
		status  int
		want    string
	}{
		{"no credentials", zone.Reported, "GET", "@", "", []string{noHeader}, 400, bare},
		{"key without e-mail", zone.Reported, "GET", "@", "", []string{noHeader, "X-Auth-Key: " + userKey}, 400, bare},
		{
			"malformed token", zone.Probed, "GET", "/zones", "",
			[]string{"Authorization: Bearer abc-def"},
			400,
			chained("6111", "Authorization"),
		},
		{
			"global key as token", zone.Probed, "GET", "/zones", "",
			[]string{"Authorization: Bearer " + userKey},
			400,
			chained("6111", "Authorization"),
		},
		{
			"malformed key", zone.Reported, "GET", "/zones", "",
			[]string{noHeader, "X-Auth-Key: abc", "X-Auth-Email: a@example.com"},
			400, chained("6103", "X-Auth-Key"),
		},
		{
			"malformed e-mail", zone.Reported, "GET", "/zones", "",
			[]string{noHeader, "X-Auth-Key: " + userKey, "X-Auth-Email: a"},
			400, chained("6102", "X-Auth-Email"),
		},
		{"wrong key", zone.Client, "GET", "/zones", "", []string{noHeader, "X-Auth-Key: " +
			userKey, "X-Auth-Email: a@example.com"}, 403, gateway("9103", "Unknown X-Auth-Key or X-Auth-Email")},
		{
			"unknown token, zones", zone.Probed, "GET", "/zones", "",
			[]string{unknown},
			403,
			gateway("9109", "Invalid access token"),
		},
		{
			"unknown token, records", zone.Unverified, "GET", "@", "",
			[]string{unknown},
			403,
			gateway("10000", "Authentication error"),
		},
		{
			"unknown token, verify", zone.Unverified, "GET", "/user/tokens/verify", "",
			[]string{unknown},
			401,
			gateway("1000", "Invalid API Token"),
		},
		{
			"no token, verify", zone.Reported, "GET", "/user/tokens/verify", "",
			[]string{noHeader},
			400,
			gateway("1001", `Missing \"Authorization\" header`),
		},
		{"wrong zone, records", zone.Documented, "GET", somewhere +
			"/dns_records", "", nil, 403, gateway("10000", "Authentication error")},
		{
			"wrong zone", zone.Unverified, "GET", somewhere, "", nil, 403,
			gateway("9109", "Unauthorized to access requested resource"),
		},
		{
			"no such record", zone.Reported, "GET", "@/0123456789abcdef0123456789abcdef", "", nil, 404,
			dns("81044", "Record does not exist."),
		},
		{
			"delete of no record", zone.Reported, "DELETE", "@/0123456789abcdef0123456789abcdef", "", nil, 404,
			dns("81044", "Record does not exist."),
		},
		{
			"malformed zone", zone.Reported, "GET", "/zones/example.com/dns_records", "", nil, 404,
			gateway("7003", "Could not route to /client/v4/zones/example.com/dns_records, perhaps your object "+
				"identifier is invalid?"),
		},
		{
			"empty zone segment", zone.Reported, "DELETE", "/zones//dns_records/0123456789abcdef0123456789abcdef", "", nil, 404,
			gateway("7003", "Could not route to /client/v4/zones/dns_records/0123456789abcdef0123456789abcdef, perhaps "+
				"your object identifier is invalid?"),
		},
		{"unknown route", zone.Reported, "GET", "/nothing", "", nil, 404, gateway("7003", "Could not route to "+
			"/client/v4/nothing, perhaps your object identifier is invalid?")},
		{
			"unknown method", zone.Unverified, "PUT", "/zones", "", nil, 405,
			gateway("7001", "Method PUT not available for that URI."),
		},
		{
			"identical", zone.Recorded, "POST", "@", `{"name":"a","type":"A","content":"192.0.2.1"}`, nil, 400,
			dns("81058", "An identical record already exists."),
		},
		{
			"CNAME over A", zone.Reported, "POST", "@", `{"name":"a","type":"CNAME","content":"t.example.net"}`, nil, 400,
			dns("81053", "An A, AAAA, or CNAME record with that host already exists."+conflict),
		},
		{
			"A over CNAME", zone.Reported, "POST", "@", `{"name":"c","type":"A","content":"192.0.2.1"}`, nil, 400,
			dns("81054", "A CNAME record with that host already exists."+conflict),
		},
		{
			"A content", zone.Reported, "POST", "@", `{"name":"x","type":"A","content":"x"}`, nil, 400,
			dns("9005", "Content for A record must be a valid IPv4 address."),
		},
		{
			"proxied private", zone.Reported, "POST", "@", `{"name":"x","type":"A","content":"192.168.1.1","proxied":true}`,
			nil, 400, dns("9003", "Target 192.168.1.1 is not allowed for a proxied record."),
		},
		{
			"proxied TXT", zone.Reported, "POST", "@", `{"name":"x","type":"TXT","content":"x","proxied":true}`, nil, 400,
			dns("9004", "This record type cannot be proxied."),
		},
		{"TTL", zone.Reported, "PATCH", "@/#", `{"ttl":30}`, nil, 400, dns("9021", "TTL must be between 60 and 86400 "+
			"seconds, or 1 for Automatic.")},
		{
			"type change", zone.Unverified, "PUT", "@/#", `{"name":"a","type":"AAAA","content":"2001:db8::1"}`, nil, 400,
			dns("9208", "Changing the type of a DNS record is not supported."),
		},
		{"broken JSON", zone.Reported, "POST", "@", `{"name":`, nil, 400, dns("9207", "Failed to parse request body, "+
			"content-type must be application/json")},
		{
			"array content", zone.Reported, "POST", "@", `{"name":"x","type":"A","content":["192.0.2.1"]}`, nil, 400,
			dns("9207", "Request body is invalid."),
		},
		{
			"string proxied", zone.Reported, "POST", "@", `{"name":"x","type":"A","content":"192.0.2.1","proxied":"true"}`, nil,
			400, dns("9207", "Request body is invalid."),
		},
		{
			"fraction of a TTL", zone.Unverified, "POST", "@", `{"name":"x","type":"A","content":"192.0.2.1","ttl":1.5}`, nil,
			400, dns("9207", "Request body is invalid: ttl must be a whole number from 0 to 2147483647."),
		},
		{
			"page 0", zone.Unverified, "GET", "@?page=0", "", nil, 400,
			gateway("9206", "page must be between 1 and 1073741824."),
		},
		{
			"per_page", zone.Unverified, "GET", "@?per_page=5000001", "", nil, 400,
			gateway("9206", "per_page must be between 1 and 5000000."),
		},
		{"query", zone.Unverified, "GET", "@?name=%zz", "", nil, 400, gateway("9206", "Query string is invalid.")},
		{"long query", zone.Unverified, "GET", "@?name=" +
			strings.Repeat("x", 17000), "", nil, 414, gateway("9206", "Query string is too long.")},
		{"long body", zone.Unverified, "POST", "@", `{"name":"` + strings.Repeat("x", 9<<20) +
			`"}`, nil, 413, gateway("9207", "Request body is larger than 8388608 bytes.")},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			a := f.add("a", "A", "192.0.2.1")
			f.add("c", "CNAME", "t.example.net")
			path := strings.NewReplacer("@", f.records(""), "#", a.ID.String()).Replace(tc.path)
			f.ask(tc.method, path, tc.body, tc.headers...).want(t, tc.status, tc.want)
			f.wantEvidence(tc.tag)
		})
	}
}

func TestTokenStates(t *testing.T) {
	t.Parallel()
	const (
		authError = `{"success":false,"errors":[{"code":10000,"message":"Authentication error"}],"messages":[],"result":null}`
		noAccess  = `{"success":false,"errors":[{"code":9109,"message":"Invalid access token"}],"messages":[],"result":null}`
	)
	post := `{"name":"n","type":"A","content":"192.0.2.9"}`
	for name, tc := range map[string]struct {
		change func(*fake, *api.Token)
		// "" means success
		list, read, write, verify string
		evidence                  zone.Evidence
	}{
		"active": {change: func(*fake, *api.Token) {}},
		"disabled": {
			change: func(_ *fake, k *api.Token) { k.Status = api.TokenDisabled },
			list:   noAccess, read: authError, write: authError, evidence: zone.Unverified,
		},
		"expired": {
			change: func(f *fake, k *api.Token) { k.Expires = &f.clock },
			list:   noAccess, read: authError, write: authError, evidence: zone.Unverified,
		},
		"not yet": {
			change: func(f *fake, k *api.Token) { later := f.clock.Add(time.Hour); k.NotBefore = &later },
			list:   noAccess, read: authError, write: authError, evidence: zone.Unverified,
		},
		"no Zone:Read": {
			change: func(_ *fake, k *api.Token) { k.Permissions = []api.Permission{api.DNSEdit} },
			list: `{"success":false,"errors":[{"code":0,"message":"Actor 'com.cloudflare.api.token.@' requires permission ` +
				`'com.cloudflare.api.account.zone.list' to list zones"}],"messages":[],"result":null}`,
			evidence: zone.Reported,
		},
		"no DNS:Edit": {
			change: func(_ *fake, k *api.Token) { k.Permissions = []api.Permission{api.ZoneRead, api.DNSRead} },
			write:  authError, evidence: zone.Documented,
		},
		"no DNS at all": {
			change: func(_ *fake, k *api.Token) { k.Permissions = []api.Permission{api.ZoneRead} },
			read:   authError, write: authError, evidence: zone.Documented,
		},
		"another place": {
			change:   func(_ *fake, k *api.Token) { k.AllowFrom = []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24")} },
			list:     `{"success":false,"errors":[{"code":9109,"message":"Cannot use the access token from location: 192.0.2.1"}],"messages":[],"result":null}`,
			read:     `{"success":false,"errors":[{"code":9109,"message":"Cannot use the access token from location: 192.0.2.1"}],"messages":[],"result":null}`,
			write:    `{"success":false,"errors":[{"code":9109,"message":"Cannot use the access token from location: 192.0.2.1"}],"messages":[],"result":null}`,
			verify:   `{"success":false,"errors":[{"code":9109,"message":"Cannot use the access token from location: 192.0.2.1"}],"messages":[],"result":null}`,
			evidence: zone.Reported,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			if _, err := f.store.UpdateToken(f.token.ID, func(k *api.Token) { tc.change(f, k) }); err != nil {
				t.Fatal(err)
			}
			for _, step := range []struct{ method, path, body, want string }{
				{"GET", "/zones", "", tc.list},
				{"GET", f.records(""), "", tc.read},
				{"POST", f.records(""), post, tc.write},
				{"GET", "/user/tokens/verify", "", tc.verify},
			} {
				got := f.ask(step.method, step.path, step.body)
				want := strings.ReplaceAll(step.want, "@", f.token.ID.String())
				if want != "" {
					f.wantEvidence(tc.evidence)
				}
				if want == "" && got.status != http.StatusOK || want != "" &&
					(got.body != want || got.status != http.StatusForbidden) {
					t.Errorf("%s %s: %d %s\nwant %s", step.method, step.path, got.status, got.body, want)
				}
			}
		})
	}
}

func TestScopeHidesZones(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	other := f.addZone(api.Zone{Name: "example.net"})
	if _, err := f.store.UpdateToken(f.token.ID, func(k *api.Token) { k.Zones = []api.ID{f.zone.ID} }); err != nil {
		t.Fatal(err)
	}
	got := f.ask("GET", "/zones", "")
	if !strings.Contains(got.body, `"total_count":1`) || strings.Contains(got.body, "example.net") {
		t.Error(got.body)
	}
	if got := f.ask("GET", "/zones/"+other.ID.String()+"/dns_records", ""); got.status != http.StatusForbidden {
		t.Error(got.body)
	}
}

func TestVerify(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.ask("GET", "/user/tokens/verify", "").want(t, http.StatusOK, `{"result":{"id":"`+f.token.ID.String()+
		`","status":"active"},"success":true,"errors":[],"messages":[{"code":10000,"message":"This API Token is valid and active","type":null}]}`)
	account := zone.DefaultAccount().ID
	if _, err := f.store.UpdateToken(f.token.ID, func(k *api.Token) {
		k.Account, k.Expires = account,
			&f.clock
	}); err != nil {
		t.Fatal(err)
	}
	f.ask("GET", "/accounts/"+account.String()+"/tokens/verify", "").want(t, http.StatusOK, `{"result":{"id":"`+
		f.token.ID.String()+
		`","status":"expired","expires_on":"2026-03-01T12:00:00Z"},"success":true,"errors":[],"messages":[]}`)
	if got := f.ask("GET", "/user/tokens/verify", ""); got.status != http.StatusUnauthorized {
		t.Error("an account's token verified as a user's")
	}
}

func TestGlobalKey(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	if _, err := f.store.AddUser("admin@example.com", userKey); err != nil {
		t.Fatal(err)
	}
	got := f.ask("POST", f.records(""), `{"name":"n","type":"A","content":"192.0.2.9"}`, noHeader, "X-Auth-Key: "+
		userKey, "X-Auth-Email: Admin@example.com")
	if got.status != http.StatusOK {
		t.Error(got.body)
	}
}

func TestRateLimit(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.server.SetLimit(cloudflare.Limit{Requests: 2})
	f.ask("GET", "/zones", "")
	second := f.ask("GET", "/zones", "")
	if second.status != http.StatusOK || second.header.Get("Ratelimit") != `"default";r=0;t=300` {
		t.Errorf("%d %v", second.status, second.header)
	}
	third := f.ask("GET", "/zones", "")
	third.want(t, http.StatusTooManyRequests, `{"success":false,"errors":[{"code":10100,"message":"More than 2 requests per 300 seconds reached. `+
		`Please wait and consider throttling your request speed"}],"messages":[],"result":null}`)
	if third.header.Get("Retry-After") != "300" || third.header.Get("Ratelimit-Policy") != `"default";q=2;w=300` {
		t.Errorf("headers %v", third.header)
	}
	f.clock = f.clock.Add(299 * time.Second)
	if got := f.ask("GET", "/zones", ""); got.status != http.StatusTooManyRequests ||
		got.header.Get("Retry-After") != "1" {
		t.Errorf("%d, Retry-After %s", got.status, got.header.Get("Retry-After"))
	}
	f.clock = f.clock.Add(time.Second)
	if got := f.ask("GET", "/zones", ""); got.status != http.StatusOK {
		t.Errorf("still blocked after the window: %s", got.body)
	}
	f.server.SetLimit(cloudflare.Limit{})
	for range 5 {
		if got := f.ask("GET", "/zones", ""); got.status != http.StatusOK {
			t.Error("limited although switched off")
		}
	}
}

// The limit is the user's: of all tokens and of the global key together [DOC].
func TestRateLimitIsOfTheUser(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	const second, foreign = "second-token-of-forty-characters-abcdefg", "foreign-token-of-forty-characters-abcdef"
	for value, owner := range map[string]api.ID{second: {}, foreign: api.NewID()} {
		if _, _, err := f.store.AddToken(api.Token{Permissions: api.EditDNS(), Owner: owner}, value); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := f.store.AddUser("admin@example.com", userKey); err != nil {
		t.Fatal(err)
	}
	f.server.SetLimit(cloudflare.Limit{Requests: 3})
	key := []string{noHeader, "X-Auth-Key: " + userKey, "X-Auth-Email: admin@example.com"}
	for i, step := range []struct {
		headers []string
		status  int
	}{
		{nil, 200},
		{[]string{"Authorization: Bearer " + second}, 200},
		{key, 200},
		{nil, 429},
		{[]string{"Authorization: Bearer " + second}, 429},
		{key, 429},
		{[]string{"Authorization: Bearer " + foreign}, 200},
	} {
		if got := f.ask("GET", "/zones", "", step.headers...); got.status != step.status {
			t.Errorf("request %d: HTTP %d, want %d: %s", i+1, got.status, step.status, got.body)
		}
	}
}

// 200 requests of one address in a second, of any caller and of none, and then the next second.
func TestRateLimitOfAnAddress(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.server.SetLimit(cloudflare.DefaultLimit())
	for i := range 200 {
		headers := []string{noHeader}
		if i%2 == 0 {
			headers = nil
		}
		if got := f.ask("GET", "/zones", "", headers...); got.status == http.StatusTooManyRequests {
			t.Fatalf("request %d: %s", i+1, got.body)
		}
	}
	got := f.ask("GET", "/zones", "")
	got.want(t, http.StatusTooManyRequests, `{"success":false,"errors":[{"code":10100,"message":"More than 200 requests per 1 seconds reached. `+
		`Please wait and consider throttling your request speed"}],"messages":[],"result":null}`)
	f.wantEvidence(zone.Unverified)
	if got.header.Get("Retry-After") != "1" || got.header.Get("Ratelimit-Policy") != `"default";q=200;w=1` ||
		got.header.Get("Ratelimit") != `"default";r=0;t=1` {
		t.Errorf("headers %v", got.header)
	}
	f.clock = f.clock.Add(time.Second)
	if got := f.ask("GET", "/zones", ""); got.status != http.StatusOK ||
		got.header.Get("Ratelimit") != `"default";r=1099;t=299` {
		t.Errorf("in the next second: %d %v", got.status, got.header)
	}
	f.server.SetLimit(cloudflare.Limit{Requests: 1200})
	for range 300 {
		if got := f.ask("GET", "/zones", ""); got.status != http.StatusOK {
			t.Fatalf("with the address's limit off: %s", got.body)
		}
	}
}

func TestJournal(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.ask("GET", "/zones?name=example.com", "")
	f.ask("POST", f.records(""), `{"name":"a","type":"A","content":"nonsense"}`)
	entries := f.journal.Entries(api.JournalFilter{Source: api.SourceAPI})
	if len(entries) != 2 {
		t.Fatalf("%d entries", len(entries))
	}
	first, second := entries[0], entries[1]
	if first.Op != "GET /client/v4/zones" || first.Outcome != "200" || first.Client != "192.0.2.1" ||
		first.Detail["query"] != "name=example.com" || first.Detail["token"] != api.Fingerprint(tokenValue) {
		t.Errorf("%+v", first)
	}
	if second.Outcome != "400 9005" || second.Detail["about"] != "A a" || second.Detail["zone"] != "example.com" {
		t.Errorf("%+v", second)
	}
	for _, e := range entries {
		for _, v := range e.Detail {
			if strings.Contains(v, tokenValue) {
				t.Errorf("the token is in the journal: %+v", e)
			}
		}
	}
}
