package facts_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"k8s.io/client-go/rest"

	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/mocks/outside"
)

// api is an API server that knows lists, logs and its version, with pages of two objects.
type api struct {
	lists map[string][]any // by path
	logs  string

	mu    sync.Mutex
	asked []string
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	a.asked = append(a.asked, r.URL.Path)
	a.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	switch {
	case r.URL.Path == "/version":
		answer(w, map[string]string{"gitVersion": "v1.37.2"})
	case strings.HasSuffix(r.URL.Path, "/log"):
		w.Header().Set("Content-Type", "text/plain")
		_, _ = w.Write([]byte(a.logs))
	case a.lists[r.URL.Path] == nil && strings.Contains(r.URL.Path, "/apis/acme.cert-manager.io/"):
		w.WriteHeader(http.StatusForbidden)
		answer(w, map[string]any{"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Forbidden", "code": 403, "message": "no right to list"})
	default:
		const page = 2
		from, _ := strconv.Atoi(r.URL.Query().Get("continue"))
		items, next := a.lists[r.URL.Path], ""
		if from+page < len(items) {
			next = strconv.Itoa(from + page)
		}
		answer(w, map[string]any{"metadata": map[string]string{"continue": next}, "items": append([]any{}, items[from:min(from+page, len(items))]...)})
	}
}

func answer(w http.ResponseWriter, body any) { _ = json.NewEncoder(w).Encode(body) }

func (a *api) connect(t *testing.T, internet facts.Internet) facts.Sources {
	t.Helper()
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	from, err := facts.Connect(&rest.Config{Host: server.URL}, internet)
	if err != nil {
		t.Fatal(err)
	}
	return from
}

// world is an internet with one zone.
type world struct {
	mu     sync.Mutex
	probed []outside.Request
	broken bool
}

func (w *world) Zones(context.Context) ([]facts.Zone, error) {
	if w.broken {
		return nil, errors.New("list zones: gone")
	}
	return []facts.Zone{{Name: "safeops.work", Status: "active"}}, nil
}

func (w *world) Records(context.Context, string) ([]facts.Record, error) {
	return []facts.Record{{Name: "develop.safeops.work", Type: "A", Content: "203.0.113.10"}}, nil
}

func (w *world) Lookup(_ context.Context, at facts.Server, host string) (facts.Answer, error) {
	return facts.Answer{Rcode: "NOERROR", Addresses: []string{"203.0.113.10"}, Names: []string{string(at) + "." + host}}, nil
}

func (w *world) Probe(_ context.Context, req outside.Request) (outside.Report, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.probed = append(w.probed, req)
	return outside.Report{Request: req, OK: true}, nil
}
