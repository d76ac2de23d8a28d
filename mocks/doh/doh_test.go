package doh_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	mdns "github.com/miekg/dns"

	"github.com/edgeproof/edgeproof/mocks/doh"
)

// answer has one TXT record; "gone" does not exist, and "silent" is not answered.
func answer(_ context.Context, query *mdns.Msg, client string) *mdns.Msg {
	reply := new(mdns.Msg).SetReply(query)
	reply.RecursionAvailable = true
	name := query.Question[0].Name
	switch {
	case strings.HasPrefix(name, "silent."), client != "192.0.2.1":
		return nil
	case strings.HasPrefix(name, "gone."):
		reply.Rcode = mdns.RcodeNameError
		reply.Ns = append(reply.Ns, &mdns.SOA{
			Hdr: mdns.RR_Header{Name: "example.com.", Rrtype: mdns.TypeSOA, Class: mdns.ClassINET, Ttl: 1800}, Ns: "ns.",
			Mbox: "m.",
		})
	default:
		reply.Answer = append(reply.Answer, &mdns.TXT{
			Hdr: mdns.RR_Header{Name: name, Rrtype: mdns.TypeTXT, Class: mdns.ClassINET, Ttl: 60}, Txt: []string{"a b"},
		})
	}
	return reply
}

func TestJSON(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		handler http.Handler
		target  string
		status  int
		kind    string
		body    string
	}{
		"cloudflare": {
			doh.Cloudflare(answer), "/dns-query?name=_acme-challenge.example.com&type=TXT", 200, "application/dns-json",
			`{"Status":0,"TC":false,"RD":true,"RA":true,"AD":false,"CD":false,"Question":[{"name":"_acme-challenge.example.com","type":16}],` +
				`"Answer":[{"name":"_acme-challenge.example.com","type":16,"TTL":60,"data":"\"a b\""}]}`,
		},
		"google": {
			doh.Google(answer), "/resolve?name=example.com&type=16", 200, "application/json; charset=UTF-8",
			`{"Status":0,"TC":false,"RD":true,"RA":true,"AD":false,"CD":false,"Question":[{"name":"example.com.","type":16}],` +
				`"Answer":[{"name":"example.com.","type":16,"TTL":60,"data":"a b"}]}`,
		},
		"a name that does not exist": {
			doh.Google(answer), "/resolve?name=gone.example.com", 200, "application/json; charset=UTF-8",
			`{"Status":3,"TC":false,"RD":true,"RA":true,"AD":false,"CD":false,"Question":[{"name":"gone.example.com.","type":1}],` +
				`"Authority":[{"name":"example.com.","type":6,"TTL":1800,"data":"ns. m. 0 0 0 0 0"}]}`,
		},
		"no answer":       {doh.Google(answer), "/resolve?name=silent.example.com", 504, "", ""},
		"no name":         {doh.Google(answer), "/resolve?type=A", 400, "", "Invalid query name"},
		"no type":         {doh.Cloudflare(answer), "/dns-query?name=example.com&type=NOPE", 400, "", "Invalid query type"},
		"type zero":       {doh.Cloudflare(answer), "/dns-query?name=example.com&type=0", 400, "", ""},
		"another path":    {doh.Google(answer), "/", 404, "", ""},
		"JSON of another": {doh.Google(answer), "/dns-query?name=example.com", 400, "", ""},
	} {
		w := httptest.NewRecorder()
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, tc.target, nil)
		r.Header.Set("Accept", "application/dns-json")
		tc.handler.ServeHTTP(w, r)
		if w.Code != tc.status || tc.kind != "" && w.Header().Get("Content-Type") != tc.kind ||
			!strings.Contains(w.Body.String(), tc.body) {
			t.Errorf("%s: %d %s %s", name, w.Code, w.Header(), w.Body)
		}
	}
}

func TestWire(t *testing.T) {
	t.Parallel()
	packed, err := new(mdns.Msg).SetQuestion("example.com.", mdns.TypeTXT).Pack()
	if err != nil {
		t.Fatal(err)
	}
	get := "/dns-query?dns=" + base64.RawURLEncoding.EncodeToString(packed)
	for name, tc := range map[string]struct {
		method, target, kind string
		body                 []byte
		status               int
	}{
		"GET":                 {"GET", get, "", nil, 200},
		"POST":                {"POST", "/dns-query", "application/dns-message", packed, 200},
		"POST of JSON":        {"POST", "/dns-query", "application/json", packed, 415},
		"PUT":                 {"PUT", "/dns-query", "", nil, 405},
		"a torn message":      {"POST", "/dns-query", "application/dns-message", packed[:5], 400},
		"nothing":             {"GET", "/dns-query", "", nil, 400},
		"too long":            {"POST", "/dns-query", "application/dns-message", make([]byte, 1<<17), 413},
		"a base64 with \"=\"": {"GET", get + "==", "", nil, 200},
	} {
		for host, h := range map[string]http.Handler{"cloudflare": doh.Cloudflare(answer), "google": doh.Google(answer)} {
			w := httptest.NewRecorder()
			r := httptest.NewRequestWithContext(t.Context(), tc.method, tc.target, bytes.NewReader(tc.body))
			r.Header.Set("Content-Type", tc.kind)
			h.ServeHTTP(w, r)
			if w.Code != tc.status {
				t.Errorf("%s at %s: %d %s", name, host, w.Code, w.Body)
			}
			if tc.status != http.StatusOK {
				continue
			}
			body, _ := io.ReadAll(w.Body)
			reply := new(mdns.Msg)
			if err := reply.Unpack(body); err != nil || len(reply.Answer) != 1 ||
				w.Header().Get("Cache-Control") != "max-age=60" {
				t.Errorf("%s at %s: %v, %v, %s", name, host, reply, err, w.Header())
			}
		}
	}
}
