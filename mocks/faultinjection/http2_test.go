package faultinjection_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/faultinjection"
	"github.com/edgeproof/edgeproof/mocks/journal"
)

// TestHTTP2 shows the broken connections to a client that uses HTTP/2, as Go's
// do with the real API: the stream breaks, and the next request is served.
func TestHTTP2(t *testing.T) {
	t.Parallel()
	for name, effect := range map[string]api.Effect{
		"reset": {Reset: true}, "truncate": {Truncate: true}, "hang": {Hang: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := journal.New(10)
			set := faultinjection.New(1, j)
			server := httptest.NewUnstartedServer(set.HTTP(apiHost(), echo()))
			server.EnableHTTP2 = true
			server.StartTLS()
			t.Cleanup(server.Close)
			add(t, set, api.FaultRule{ID: "f", HTTP: &api.HTTPMatch{}, Do: effect, Times: 1})
			ctx := t.Context()
			if effect.Hang { // the client gives up when it hangs, and not before
				patient, cancel := context.WithCancel(ctx)
				defer cancel()
				go func() {
					defer cancel()
					_, _ = j.Wait(t.Context(), 0, api.JournalFilter{Contains: "hang"}) // or the test is over
				}()
				ctx = patient
			}
			if _, err := get(ctx, t, server); err == nil {
				t.Error("an answer came")
			}
			status, err := get(t.Context(), t, server)
			if err != nil || status != http.StatusOK {
				t.Errorf("the next request: %d, %v", status, err)
			}
		})
	}
}

// get reads an answer to its end.
func get(ctx context.Context, t *testing.T, server *httptest.Server) (int, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := server.Client().Do(req)
	if err != nil {
		return 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.ProtoMajor != 2 {
		t.Errorf("the client spoke %s", resp.Proto)
	}
	_, err = io.ReadAll(resp.Body)
	return resp.StatusCode, err
}
