package cloudflare_test

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/mocks/cloudflare"
	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

// fuzzed is an API whose store is new for every input.
func fuzzed(t testing.TB) (*cloudflare.Server, *zone.Store, *api.Zone, *zone.Record) {
	t.Helper()
	store := zone.New(zone.Options{})
	z, err := store.AddZone(api.Zone{Name: "example.com", Plan: zone.Pro()})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := store.AddToken(api.Token{Permissions: api.Permissions()}, tokenValue); err != nil {
		t.Fatal(err)
	}
	r, err := store.Create(z.ID, zone.Draft("a", "A", "192.0.2.1"))
	if err != nil {
		t.Fatal(err)
	}
	return cloudflare.New(cloudflare.Options{Store: store}), store, z, r
}

// served checks what must hold of every answer: JSON, a status of the API, an envelope that agrees with it.
func served(t *testing.T, server http.Handler, method, path, query, body string) {
	t.Helper()
	r := &http.Request{
		Method: method, URL: &url.URL{Path: path, RawQuery: query},
		Header: http.Header{"Authorization": {"Bearer " + tokenValue}},
		Body:   http.NoBody, RemoteAddr: "192.0.2.1:1234",
	}
	if body != "" {
		r = httptest.NewRequestWithContext(t.Context(), method, "/", strings.NewReader(body))
		r.URL, r.Header = &url.URL{Path: path, RawQuery: query}, http.Header{"Authorization": {"Bearer " + tokenValue}}
	}
	w := httptest.NewRecorder()
	server.ServeHTTP(w, r)
	var envelope struct{ Success *bool }
	if err := json.Unmarshal(w.Body.Bytes(), &envelope); err != nil || envelope.Success == nil {
		t.Fatalf("%s %s: no envelope: %s", method, path, w.Body.Bytes())
	}
	if *envelope.Success != (w.Code == http.StatusOK) || w.Code >= http.StatusInternalServerError {
		t.Fatalf("%s %s: status %d, success %t: %s", method, path, w.Code, *envelope.Success, w.Body.Bytes())
	}
}

// consistent checks that the store can be saved and read back by its own rules, whatever was written.
func consistent(t *testing.T, store *zone.Store) {
	t.Helper()
	state, _ := store.Snapshot()
	if err := zone.New(zone.Options{}).Restore(state); err != nil {
		t.Fatalf("the store holds what it would refuse: %v", err)
	}
}

func FuzzBody(f *testing.F) {
	for _, seed := range []string{
		`{"name":"b","type":"A","content":"192.0.2.2","ttl":120,"proxied":false,"priority":0,"tags":[],"comment":""}`,
		`{"name":"_s._tcp","type":"SRV","data":{"port":80,"priority":1,"target":"t.example.com","weight":2}}`,
		`{"name":"@","type":"CAA","data":{"flags":0,"tag":"issue","value":"x"}}`,
		`{"name":"t","type":"TXT","content":"\"a\\\"b\\999\" \"c\""}`,
		`{"name":"bücher","type":"CNAME","content":"t.example.net."}`,
		`{"deletes":[{"id":"0123456789abcdef0123456789abcdef"}],"posts":[{"name":"x","type":"A","content":"192.0.2.1"}],"puts":[],"patches":null}`,
		`{"name":"dns","policies":[{"effect":"allow","resources":{"com.cloudflare.api.account.zone.*":"*"},"permission_groups":[]}],"condition":{"request_ip":{"in":["1.2.3.4"]}}}`,
		`{"name":"example.net","account":{"id":"0123456789abcdef0123456789abcdef"}}`,
		`{"rate_plan":{"id":"CF_PRO"}}`, `{"type":"partial","paused":true,"vanity_name_servers":[""]}`,
		`{"posts":[{},null,0],"deletes":{}}`, `{`, `[]`, `null`, `{"ttl":1e400}`, `{"data":{"a":{"b":[1]}}}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		server, store, z, r := fuzzed(t)
		records := cloudflare.Prefix + "/zones/" + z.ID.String() + "/dns_records"
		for _, route := range []struct{ method, path string }{
			{"POST", records},
			{"PATCH", records + "/" + r.ID.String()},
			{"PUT", records + "/" + r.ID.String()},
			{"POST", records + "/batch"},
			{"POST", cloudflare.Prefix + "/zones"},
			{"PATCH", cloudflare.Prefix + "/zones/" + z.ID.String()},
			{"POST", cloudflare.Prefix + "/zones/" + z.ID.String() + "/subscription"},
			{"PUT", cloudflare.Prefix + "/zones/" + z.ID.String() + "/subscription"},
			{"POST", records + "/import"},
			{"POST", cloudflare.Prefix + "/user/tokens"},
			{"PUT", cloudflare.Prefix + "/user/tokens/" + store.Tokens()[0].ID.String()},
			{"GET", records},
		} {
			served(t, server, route.method, route.path, "", body)
		}
		consistent(t, store)
	})
}

// FuzzZoneFile: a zone file of any content is added whole or not at all.
func FuzzZoneFile(f *testing.F) {
	for _, seed := range []string{
		"$ORIGIN example.com.\n@ 300 IN MX 10 mx\nwww IN A 192.0.2.1\n", "b 300 IN TXT \"x\" \"y\"\n_s._tcp IN SRV 1 2 80 " +
			"www\n",
		"$GENERATE 1-9 h$ 300 IN A 192.0.2.1\n", "$INCLUDE /etc/passwd\n", "@ IN CAA 0 issue \"x\"\n", "\x00",
		"a IN A 192.0.2.1\n",
	} {
		f.Add(seed, true)
	}
	f.Fuzz(func(t *testing.T, file string, proxied bool) {
		server, store, z, _ := fuzzed(t)
		var form bytes.Buffer
		w := multipart.NewWriter(&form)
		for name, value := range map[string]string{"file": file, "proxied": strconv.FormatBool(proxied)} {
			if err := w.WriteField(name, value); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, cloudflare.Prefix+"/zones/"+z.ID.String()+
			"/dns_records/import", &form)
		r.Header.Set("Authorization", "Bearer "+tokenValue)
		r.Header.Set("Content-Type", w.FormDataContentType())
		answer := httptest.NewRecorder()
		server.ServeHTTP(answer, r)
		if answer.Code >= http.StatusInternalServerError || !json.Valid(answer.Body.Bytes()) {
			t.Fatalf("%d %s", answer.Code, answer.Body)
		}
		if n := store.Len(z.ID); answer.Code != http.StatusOK && n != 1 {
			t.Fatalf("%d records after a refusal: %s", n, answer.Body)
		}
		consistent(t, store)
	})
}

func FuzzQuery(f *testing.F) {
	for _, seed := range []string{
		"per_page=100&type=TXT&name=a.example.com", "page=2&per_page=1", "name.contains=a&match=any&proxied=true",
		"order=ttl&direction=desc", "tag=a:b&tag_match=any", "comment.present&search=x", "name=starts_with:ex", "page=-1",
		"%zz", "a;b",
		"status=active&account.id=0&order=plan.id", "tag.absent=a&tag.endswith=b:c&tag=", "per_page=99999999999999999999",
	} {
		f.Add(seed)
	}
	server, _, z, _ := fuzzed(f)
	f.Fuzz(func(t *testing.T, query string) {
		served(t, server, "GET", cloudflare.Prefix+"/zones", query, "")
		served(t, server, "GET", cloudflare.Prefix+"/zones/"+z.ID.String()+"/dns_records", query, "")
		served(t, server, "GET", cloudflare.Prefix+"/user/tokens", query, "")
	})
}

func FuzzPath(f *testing.F) {
	for _, seed := range []string{
		"/client/v4/zones", "/client/v4//zones//", "/client/v4", "/", "", "/client/v4/zones/x/dns_records/batch",
		"/client/v4/user/tokens/verify",
		"/client/v4/accounts/0123456789abcdef0123456789abcdef/tokens/0123456789abcdef0123456789abcdef/value",
	} {
		f.Add("GET", seed)
		f.Add("PUT", seed)
	}
	server, _, _, _ := fuzzed(f)
	f.Fuzz(func(t *testing.T, method, path string) { served(t, server, method, path, "", "") })
}
