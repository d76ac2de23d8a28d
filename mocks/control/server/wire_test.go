package server_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/control/server"
)

// raw sends a request without the client.
func raw(t testing.TB, h http.Handler, method, path, body string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body)))
	return w
}

func TestWhatMakesNoSense(t *testing.T) {
	t.Parallel()
	h := server.New(internet(t))
	for name, tc := range map[string]struct {
		method, path, body string
		status             int
		contains           string
	}{
		"no route":           {"GET", "/v1/nothing", "", 404, "openapi"},
		"unknown field":      {"POST", "/v1/zones", `{"nome":"x.test"}`, 400, "nome"},
		"wrong type":         {"POST", "/v1/zones", `{"name":1}`, 400, "read the body"},
		"no JSON":            {"POST", "/v1/zones", `name=x`, 400, "read the body"},
		"nothing":            {"POST", "/v1/zones", ``, 400, "read the body"},
		"two values":         {"POST", "/v1/zones", `{"name":"x.test"}{}`, 400, "follows"},
		"too large":          {"POST", "/v1/zones", `{"name":"` + strings.Repeat("x", 2<<20) + `"}`, 413, "bytes"},
		"bad after":          {"GET", "/v1/journal?after=-1", "", 400, "after"},
		"bad limit":          {"GET", "/v1/journal?limit=x", "", 400, "limit"},
		"bad wait":           {"GET", "/v1/journal?wait=3600", "", 400, "wait"},
		"wait for no number": {"GET", "/v1/journal?wait=NaN", "", 400, "wait"},
		"bad record id":      {"DELETE", "/v1/zones/example.com/records/7", "", 400, "record"},
		"no such root":       {"GET", "/v1/roots/other.pem", "", 404, "web.pem"},
		"expired by hand":    {"PATCH", "/v1/tokens/none", `{}`, 404, "token"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := raw(t, h, tc.method, tc.path, tc.body)
			if w.Code != tc.status || !strings.Contains(w.Body.String(), tc.contains) ||
				!strings.HasPrefix(w.Body.String(), `{"error":{"status":`) {
				t.Errorf("%d %s", w.Code, w.Body)
			}
		})
	}
	if w := raw(t, h, "GET", "/v1/roots/web.pem", ""); w.Code != 200 || w.Body.String() != "web" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := raw(t, h, "GET", "/v1/journal?wait=0.01&after=99", ""); w.Code != 200 ||
		!strings.Contains(w.Body.String(), `"entries":[]`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestReadsAreNotJournalled(t *testing.T) {
	t.Parallel()
	i := internet(t)
	h := server.New(i)
	raw(t, h, "GET", "/v1/zones", "")
	raw(t, h, "POST", "/v1/dns/query", `{"name":"x.test"}`)
	raw(t, h, "POST", "/v1/zones", `{"name":"x.test"}`)
	got := i.Journal.Entries(api.JournalFilter{Source: api.SourceControl})
	if len(got) != 1 || got[0].Op != "POST /v1/zones" || got[0].Outcome != "200" {
		t.Errorf("journal %+v", got)
	}
}

func TestAProxysErrorIsKept(t *testing.T) {
	t.Parallel()
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, `{"kind":"Status","message":"no endpoints available"}`, http.StatusServiceUnavailable)
	}))
	defer proxy.Close()
	err := api.NewClient(proxy.URL, nil).Ready(t.Context())
	var e *api.Error
	if !errors.As(err, &e) || e.Status != 503 || e.Code != "foreign" || !strings.Contains(e.Message, "no endpoints") {
		t.Errorf("error %v", err)
	}
}

func TestCheckAddress(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		address, pod string
		anywhere, ok bool
	}{
		{"127.0.0.1:8081", "", false, true},
		{"[::1]:8081", "", false, true},
		{"localhost:0", "", false, true},
		{"10.244.0.7:8081", "10.244.0.7", false, true},
		{"[fd00::7]:8081", "fd00::7", false, true},
		{"10.244.0.8:8081", "10.244.0.7", false, false},
		{"10.244.0.8:8081", "", false, false},
		{":8081", "10.244.0.7", false, false},
		{"0.0.0.0:8081", "10.244.0.7", false, false},
		{"0.0.0.0:8081", "", true, true},
		{"somewhere:8081", "", false, false},
		{"8081", "", true, false},
	} {
		if err := server.CheckAddress(tc.address, tc.pod, tc.anywhere); (err == nil) != tc.ok {
			t.Errorf("%q in pod %q, anywhere %v: %v", tc.address, tc.pod, tc.anywhere, err)
		}
	}
}

// FuzzBodies: no body makes a handler panic, or answer with anything but JSON.
func FuzzBodies(f *testing.F) {
	for _, seed := range []string{
		`{"name":"x.test"}`, `{"name":"@","type":"CAA","data":{"flags":0}}`, `{"value":"t"}`, `[{"seconds":1}]`,
		`{"email":"a@example.com","key":"k"}`, `{"requests":1,"windowSeconds":0.1}`,
		`{"status":"disabled","allowFrom":["192.0.2.0/24"],"zones":["example.com"]}`,
		`{"http":{"step":"finalize"},"do":{"problem":"caa"}}`,
		`{"lifetimeSeconds":1}`, `{"offered":["tlsserver"],"default":"classic"}`, `{"dns":{},"do":{"rcode":"SERVFAIL"}}`,
		`{"http":{},"do":{"status":500}}`, `null`, `[]`, `"x"`,
	} {
		f.Add(seed)
	}
	i := internet(f)
	k, _, err := i.Store.AddToken(api.Token{Name: "fuzzed"}, "")
	if err != nil {
		f.Fatal(err)
	}
	h, token := server.New(i), k.ID.String()
	f.Fuzz(func(t *testing.T, body string) {
		for _, route := range [][2]string{
			{"POST", "/v1/zones"},
			{"PATCH", "/v1/zones/example.com"},
			{"PUT", "/v1/zones/example.com/records"},
			{"POST", "/v1/tokens"},
			{"PATCH", "/v1/tokens/" + token},
			{"POST", "/v1/tokens/" + token + "/roll"},
			{"POST", "/v1/users"},
			{"PUT", "/v1/api/limit"},
			{"POST", "/v1/dns/query"},
			{"PUT", "/v1/dns/delays"},
			{"PUT", "/v1/acme/staging/validity"},
			{"PUT", "/v1/acme/staging/profiles"},
			{"POST", "/v1/faults"},
		} {
			w := raw(t, h, route[0], route[1], body)
			if w.Code >= 500 || w.Header().Get("Content-Type") != "application/json" {
				t.Errorf("%s %s %q: %d %s", route[0], route[1], body, w.Code, w.Body)
			}
		}
		raw(t, h, "DELETE", "/v1/faults", "")
	})
}
