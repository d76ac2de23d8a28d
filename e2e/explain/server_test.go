package explain_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/edgeproof/edgeproof/e2e/probe"
	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/control/server"
	"github.com/edgeproof/edgeproof/mocks/dns"
	"github.com/edgeproof/edgeproof/mocks/journal"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

type object = map[string]any

// apiServer is an API server of a few Ingresses and Services.
type apiServer struct {
	ingresses, services []any
	forbidden           string       // resource that may not be listed
	control             http.Handler // behind the service proxy; nil answers 503

	mu    sync.Mutex
	asked []string
}

func cluster() *apiServer {
	return &apiServer{ingresses: []any{
		ingress("develop", "frontend", "develop.safeops.work"),
		ingress("apps", "wild", "*.apps.safeops.work"),
	}}
}

func ingress(namespace, name, host string) object {
	return object{
		"metadata": object{"namespace": namespace, "name": name, "creationTimestamp": "2026-03-01T11:00:00Z"},
		"spec":     object{"rules": []any{object{"host": host}}},
	}
}

func controlService() object {
	return object{"metadata": object{"namespace": "internet", "name": "control"}}
}

func (a *apiServer) with(service object) *apiServer {
	a.services = append(a.services, service)
	return a
}

func (a *apiServer) requests() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.asked)
}

// ServeHTTP answers lists, empty ones but for those it has.
func (a *apiServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	proxied, isProxied := strings.CutPrefix(r.URL.Path, "/api/v1/namespaces/internet/services/http:control:8080/proxy")
	if !isProxied {
		a.mu.Lock()
		a.asked = append(a.asked, r.Method+" "+r.URL.Path)
		a.mu.Unlock()
	}
	w.Header().Set("Content-Type", "application/json")
	resource := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
	items := []any{}
	switch {
	case isProxied && a.control == nil:
		refuse(w, http.StatusServiceUnavailable, "ServiceUnavailable")
		return
	case isProxied:
		r.URL.Path = proxied
		a.control.ServeHTTP(w, r)
		return
	case resource == a.forbidden:
		refuse(w, http.StatusForbidden, "Forbidden")
		return
	case resource == "version":
		_ = json.NewEncoder(w).Encode(object{"gitVersion": "v1.37.2"})
		return
	case resource == "ingresses":
		items = append(items, a.ingresses...)
	case resource == "services":
		items = append(items, a.services...)
	}
	_ = json.NewEncoder(w).Encode(object{"metadata": object{}, "items": items})
}

func refuse(w http.ResponseWriter, code int, reason string) {
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(object{
		"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": reason,
		"code": code, "message": "refused",
	})
}

// kubeconfig starts the server and returns a file that leads to it.
func (a *apiServer) kubeconfig(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	path := filepath.Join(t.TempDir(), "kubeconfig")
	writeKubeconfig(t, path, server.URL)
	return path
}

func writeKubeconfig(t *testing.T, path, url string) {
	t.Helper()
	text := `{apiVersion: v1, kind: Config, current-context: c, clusters: [{name: k, cluster: {server: "` + url + `"}}],
contexts: [{name: c, context: {cluster: k, user: u}}], users: [{name: u, user: {}}]}`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func fakeInternet(t *testing.T) http.Handler {
	t.Helper()
	store := zone.New(zone.Options{})
	z, err := store.AddZone(api.Zone{Name: "safeops.work"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Create(z.ID, zone.Draft("develop", "A", "203.0.113.10")); err != nil {
		t.Fatal(err)
	}
	return server.New(server.Internet{
		Store: store, Journal: journal.New(100), DNS: dns.New(dns.Options{
			Store:   store,
			Address: netip.MustParseAddr("192.0.2.1"),
		}),
		Probe: server.ProbeWith(probe.New(probe.Options{Resolver: "127.0.0.1:1"}).Probe),
	})
}
