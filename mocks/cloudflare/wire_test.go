package cloudflare_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

// The shapes below are those of recorded traffic [REC]: keys, their order, null and empty values.
func TestRecordShape(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	const stamp = `"created_on":"2026-03-01T12:00:00.024966Z","modified_on":"2026-03-01T12:00:00.024966Z"`
	for name, tc := range map[string]struct{ body, want string }{
		"A as external-dns sends it": {
			body: `{"comment":"","content":"192.0.2.2","name":"a.example.com","priority":0,"proxied":false,"tags":[],"ttl":1,"type":"A"}`,
			want: `"name":"a.example.com","type":"A","content":"192.0.2.2","proxiable":true,"proxied":false,"ttl":1,"settings":{},"meta":{},"comment":null,"tags":[],` + stamp,
		},
		"TXT as cert-manager sends it": {
			body: `{"name":"_acme-challenge.a.example.com","type":"TXT","content":"LPsIwTo7o8BoG0-vjCyGQGBWSVIPxI-i_X336eUOQZo","ttl":120}`,
			want: `"name":"_acme-challenge.a.example.com","type":"TXT","content":"LPsIwTo7o8BoG0-vjCyGQGBWSVIPxI-i_X336eUOQZo","proxiable":false,"proxied":false,"ttl":120,"settings":{},"meta":{},"comment":null,"tags":[],` + stamp,
		},
		"TXT quoted": {
			body: `{"name":"q","type":"TXT","content":"\"heritage=external-dns,external-dns/owner=a&b\""}`,
			want: `"name":"q.example.com","type":"TXT","content":"\"heritage=external-dns,external-dns/owner=a\u0026b\"","proxiable":false,"proxied":false,"ttl":1,"settings":{},"meta":{},"comment":null,"tags":[],` + stamp,
		},
		"TXT with what HTML minds": {
			body: `{"name":"h","type":"TXT","content":"a&b<c>"}`,
			want: `"name":"h.example.com","type":"TXT","content":"a\u0026b\u003cc\u003e","proxiable":false,"proxied":false,"ttl":1,"settings":{},"meta":{},"comment":null,"tags":[],` + stamp,
		},
		"TXT with an ampersand": {
			body: `{"name":"e","type":"TXT","content":"a&b"}`,
			want: `"name":"e.example.com","type":"TXT","content":"a\u0026b","proxiable":false,"proxied":false,"ttl":1,"settings":{},"meta":{},"comment":null,"tags":[],` + stamp,
		},
		"CNAME": {
			body: `{"name":"c","type":"CNAME","content":"t.example.net.","proxied":true,"ttl":300}`,
			want: `"name":"c.example.com","type":"CNAME","content":"t.example.net","proxiable":true,"proxied":true,"ttl":1,"settings":{"flatten_cname":false},"meta":{},"comment":null,"tags":[],` + stamp,
		},
		"MX": {
			body: `{"name":"@","type":"MX","content":"mx.example.net","priority":10}`,
			want: `"name":"example.com","type":"MX","content":"mx.example.net","priority":10,"proxiable":false,"proxied":false,"ttl":1,"settings":{},"meta":{},"comment":null,"tags":[],` + stamp,
		},
		"loopback is not proxiable": {
			body: `{"name":"l","type":"A","content":"127.0.0.1"}`,
			want: `"name":"l.example.com","type":"A","content":"127.0.0.1","proxiable":false,"proxied":false,"ttl":1,"settings":{},"meta":{},"comment":null,"tags":[],` + stamp,
		},
		"SRV": {
			body: `{"comment":"","data":{"port":80,"priority":1,"target":"t.example.com","weight":2},"name":"_s._tcp.example.com","proxied":false,"tags":[],"ttl":1,"type":"SRV"}`,
			want: `"name":"_s._tcp.example.com","type":"SRV","content":"2 80 t.example.com","priority":1,"proxiable":false,"proxied":false,"ttl":1,"settings":{},"meta":{},` +
				`"data":{"port":80,"priority":1,"target":"t.example.com","weight":2},"comment":null,"tags":[],` + stamp,
		},
		"comment": {
			body: `{"name":"n","type":"A","content":"192.0.2.3","comment":"by hand"}`,
			want: `"name":"n.example.com","type":"A","content":"192.0.2.3","proxiable":true,"proxied":false,"ttl":1,"settings":{},"meta":{},"comment":"by hand","tags":[],` + stamp +
				`,"comment_modified_on":"2026-03-01T12:00:00.024966Z"`,
		},
	} {
		got := f.ask("POST", f.records(""), tc.body)
		id := regexp.MustCompile(`^\{"result":\{"id":"([0-9a-f]{32})",`).FindStringSubmatch(got.body)
		if id == nil {
			t.Errorf("%s: %s", name, got.body)
			continue
		}
		got.want(t, http.StatusOK, `{"result":{"id":"`+id[1]+`",`+tc.want+`},"success":true,"errors":[],"messages":[]}`)
		again := f.ask("GET", f.records("/"+id[1]), "")
		again.want(t, http.StatusOK, got.body)
	}
}

func TestListEnvelopes(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.ask("GET", f.records("?per_page=100&type=TXT&name=none.example.com"), "").want(t, http.StatusOK,
		`{"result":[],"success":true,"errors":[],"messages":[],"result_info":{"page":1,"per_page":100,"count":0,"total_count":0,"total_pages":1}}`)
	f.ask("GET", "/zones?name=com", "").want(t, http.StatusOK,
		`{"result":[],"result_info":{"page":1,"per_page":20,"total_pages":1,"count":0,"total_count":0},"success":true,"errors":[],"messages":[]}`)
	f.ask("GET", f.records("?page=9"), "").want(t, http.StatusOK,
		`{"result":[],"success":true,"errors":[],"messages":[],"result_info":{"page":9,"per_page":100,"count":0,"total_count":0,"total_pages":1}}`)
	got := f.ask("GET", "/zones/"+f.zone.ID.String(), "")
	got.want(t, http.StatusOK, `{"result":{"id":"`+f.zone.ID.String()+
		`","name":"example.com","status":"active","paused":false,"type":"full","development_mode":0,`+
		`"name_servers":["ada.ns.cloudflare.com","bob.ns.cloudflare.com"],"original_name_servers":null,"original_registrar":null,"original_dnshost":null,`+
		`"modified_on":"2026-03-01T12:00:00.024966Z","created_on":"2026-03-01T12:00:00.024966Z","activated_on":"2026-03-01T12:00:00.024966Z",`+
		`"vanity_name_servers":[],"vanity_name_servers_ips":null,"meta":{"step":2,"custom_certificate_quota":0,"page_rule_quota":3,"phishing_detected":false},`+
		`"owner":{"id":null,"type":"user","email":null},"account":{"id":"`+zone.DefaultAccount().ID.String()+
		`","name":"Example Account"},`+
		`"tenant":{"id":null,"name":null},"tenant_unit":{"id":null},"permissions":["#dns_records:edit","#dns_records:read","#zone:read"],`+
		`"plan":{"id":"0feeeeeeeeeeeeeeeeeeeeeeeeeeeeee","name":"Free Website","price":0,"currency":"USD","frequency":"","is_subscribed":false,`+
		`"can_subscribe":false,"legacy_id":"free","legacy_discount":false,"externally_managed":false}},"success":true,"errors":[],"messages":[]}`)
}

// Records trim their fractions' zeros and zones do not [REC].
func TestTimes(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.clock = time.Date(2026, 3, 1, 12, 0, 24, 966_700_000, time.UTC)
	z := f.addZone(api.Zone{Name: "example.net"})
	f.add("a", "A", "192.0.2.1")
	if got := f.ask("GET", f.records(""), ""); !strings.Contains(got.body, `"created_on":"2026-03-01T12:00:24.9667Z"`) {
		t.Error(got.body)
	}
	if got := f.ask("GET", "/zones/"+z.ID.String(), ""); !strings.Contains(got.body,
		`"created_on":"2026-03-01T12:00:24.966700Z"`) {
		t.Error(got.body)
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	for _, path := range []string{"/zones", "/nothing"} {
		h := f.ask("GET", path, "").header
		for name, pattern := range map[string]string{
			"Content-Type":     `^application/json$`,
			"CF-Ray":           `^[0-9a-f]{16}-[A-Z]{3}$`,
			"CF-Cache-Status":  `^DYNAMIC$`,
			"Server":           `^cloudflare$`,
			"Api-Version":      `^\d{4}-\d\d-\d\d$`,
			"Cf-Auditlog-Id":   `^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`,
			"Ratelimit":        `^"default";r=\d+;t=\d+$`,
			"Ratelimit-Policy": `^"default";q=1200;w=300$`,
		} {
			if !regexp.MustCompile(pattern).MatchString(h.Get(name)) {
				t.Errorf("%s: header %s = %q, want %s", path, name, h.Get(name), pattern)
			}
		}
		if h.Get("Retry-After") != "" {
			t.Errorf("%s: Retry-After without need", path)
		}
	}
}

func TestDeleteAnswersTheID(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	r := f.add("a", "A", "192.0.2.1")
	f.ask("DELETE", f.records("/"+r.ID.String()), "{}").want(t, http.StatusOK,
		`{"result":{"id":"`+r.ID.String()+`"},"success":true,"errors":[],"messages":[]}`)
	if f.store.Len(f.zone.ID) != 0 {
		t.Error("the record is still there")
	}
}

// Default order: type, name, newest first [REC].
func TestDefaultOrderAndPages(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	if _, err := f.store.UpdateZone(f.zone.ID, func(z *api.Zone) { z.Plan = zone.Pro() }); err != nil {
		t.Fatal(err)
	}
	f.add("b", "TXT", "1")
	f.add("b", "A", "192.0.2.1")
	f.ask("PATCH", f.records("/"+f.add("a", "A", "192.0.2.1").ID.String()), `{"comment":"by hand","tags":["team:edge"]}`)
	f.add("b", "A", "192.0.2.2")
	contents := func(query string) string {
		got := f.ask("GET", f.records(query), "")
		var out []string
		for _, m := range regexp.MustCompile(`"name":"(\w)\.example\.com","type":"(\w+)","content":"([^"]*)"`).FindAllStringSubmatch(got.body, -1) {
			out = append(out, strings.Join(m[1:], " "))
		}
		return strings.Join(out, ", ")
	}
	for query, want := range map[string]string{
		"":                                        "a A 192.0.2.1, b A 192.0.2.2, b A 192.0.2.1, b TXT 1",
		"?per_page=3":                             "a A 192.0.2.1, b A 192.0.2.2, b A 192.0.2.1",
		"?per_page=3&page=2":                      "b TXT 1",
		"?direction=desc&per_page=1":              "b TXT 1",
		"?type=A&direction=desc":                  "b A 192.0.2.1, b A 192.0.2.2, a A 192.0.2.1",
		"?name=B.example.com":                     "b A 192.0.2.2, b A 192.0.2.1, b TXT 1",
		"?name=b.example.com&type=TXT":            "b TXT 1",
		"?name.startswith=a":                      "a A 192.0.2.1",
		"?content=192.0.2.1&order=name":           "a A 192.0.2.1, b A 192.0.2.1",
		"?content.endswith=.2":                    "b A 192.0.2.2",
		"?match=any&type=TXT&content.endswith=.2": "b A 192.0.2.2, b TXT 1",
		"?search=b.example&proxied=false":         "b A 192.0.2.2, b A 192.0.2.1, b TXT 1",
		"?proxied=true":                           "",
		"?content=" + `"1"`:                       "", // quotes are part of the content
		"?tag=team":                               "a A 192.0.2.1",
		"?tag=team:edge":                          "a A 192.0.2.1",
		"?tag=team:ed":                            "",
		"?tag.contains=Team:DG":                   "a A 192.0.2.1",
		"?tag.present=team&tag.absent=owner":      "a A 192.0.2.1",
		"?tag.absent=team&type=TXT":               "b TXT 1",
		"?tag.invented=team&type=TXT":             "b TXT 1", // not known: passed over
		"?comment.absent=true&type=TXT":           "b TXT 1",
		"?comment.startswith=BY":                  "a A 192.0.2.1",
		"?type=MX":                                "",
	} {
		if got := contents(query); got != want {
			t.Errorf("%q: %s\nwant %s", query, got, want)
		}
	}
}
