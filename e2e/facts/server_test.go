package facts_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"k8s.io/client-go/rest"

	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/probe"
	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// apiServer is an API server that knows lists, objects, logs and its version, with pages of two objects.
type apiServer struct {
	lists   map[string][]any // by path
	objects map[string]any   // by path
	absent  map[string]bool  // paths of lists that it does not serve
	logs    string

	mu    sync.Mutex
	asked []string
}

func (a *apiServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	a.asked = append(a.asked, r.URL.Path)
	a.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	switch {
	case a.absent[r.URL.Path]:
		refuse(w, http.StatusNotFound, "NotFound")
	case r.URL.Path == "/version":
		answer(w, map[string]string{"gitVersion": "v1.37.2"})
	case strings.HasSuffix(r.URL.Path, "/log"):
		w.Header().Set("Content-Type", "text/plain")
		_, _ = w.Write([]byte(a.logs))
	case a.lists[r.URL.Path] == nil && strings.Contains(r.URL.Path, "/apis/acme.cert-manager.io/"):
		refuse(w, http.StatusForbidden, "Forbidden")
	case a.objects[r.URL.Path] != nil:
		answer(w, a.objects[r.URL.Path])
	case strings.HasSuffix(r.URL.Path, "/secrets/locked"):
		refuse(w, http.StatusForbidden, "Forbidden")
	case regexp.MustCompile(`/namespaces/[^/]+/[^/]+/[^/]+$`).MatchString(r.URL.Path):
		refuse(w, http.StatusNotFound, "NotFound")
	default:
		const page = 2
		from, _ := strconv.Atoi(r.URL.Query().Get("continue"))
		items, next := a.lists[r.URL.Path], ""
		if from+page < len(items) {
			next = strconv.Itoa(from + page)
		}
		answer(w, map[string]any{
			"metadata": map[string]string{"continue": next},
			"items":    append([]any{}, items[from:min(from+page, len(items))]...),
		})
	}
}

func refuse(w http.ResponseWriter, code int, reason string) {
	w.WriteHeader(code)
	answer(w, map[string]any{
		"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": reason, "code": code,
		"message": "no right, or not there",
	})
}

func answer(w http.ResponseWriter, body any) { _ = json.NewEncoder(w).Encode(body) }

func (a *apiServer) connect(t testing.TB, internet facts.Internet) facts.Sources {
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
	broken bool
	// records are the answers to queries for types other than A, by type and name.
	records map[string]facts.Answer
	entries []api.JournalEntry

	mu       sync.Mutex
	resolved *probe.Resolution // of every name
	probed   []probe.Request
	asked    []string // queries for types other than A
	tried    []facts.Credential
}

func (w *world) Zones(_ context.Context, _ facts.Credential) ([]facts.Zone, error) {
	if w.broken {
		return nil, errors.New("list zones: gone")
	}
	return []facts.Zone{{Name: "safeops.work", Status: "active"}}, nil
}

func (w *world) Records(context.Context, facts.Credential, string) ([]facts.Record, error) {
	return []facts.Record{{Name: "develop.safeops.work", Type: "A", Content: "203.0.113.10"}}, nil
}

// able is the provider's answer for every credential, with a value in each field that the provider fills.
func able() facts.Token {
	return facts.Token{
		Status: "active", ZoneRead: new(true), DNSRead: new(true), DNSEdit: new(false), Zones: []string{"safeops.work"},
		Refusals: []facts.Refusal{{Method: "GET", Path: "/zones", Status: 429}}, Granted: "2026-09-01T08:00:00.5Z",
	}
}

func (w *world) Try(_ context.Context, c facts.Credential) (facts.Token, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tried = append(w.tried, c)
	if w.broken {
		return facts.Token{}, errors.New("no answer")
	}
	return able(), nil
}

func (w *world) Lookup(_ context.Context, at facts.Server, name, qtype string) (facts.Answer, error) {
	if qtype == "A" {
		return facts.Answer{Rcode: "NOERROR", Addresses: []string{"203.0.113.10"}, Names: []string{string(at) + "." + name}},
			nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked = append(w.asked, qtype+" "+name)
	if known, ok := w.records[qtype+" "+name]; ok {
		return known, nil
	}
	return facts.Answer{Rcode: "NXDOMAIN"}, nil
}

func (w *world) Probe(_ context.Context, req probe.Request) (probe.Report, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.probed = append(w.probed, req)
	rep := probe.Report{Request: req, OK: true}
	if req.Address == "" {
		rep.Resolve = w.resolved
	}
	return rep, nil
}

func (w *world) Journal(_ context.Context, since time.Time, most int) ([]api.JournalEntry, error) {
	if since.IsZero() || most <= 0 {
		return nil, errors.New("the journal was requested without bounds")
	}
	return w.entries, nil
}
