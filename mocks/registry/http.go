package registry

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/journal"
)

// Host serves what is published on one host.
func (s *Server) Host(name string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := s.now()
		e := api.JournalEntry{Time: began, Source: api.SourceRegistry, Op: r.Method + " " + name +
			r.URL.Path, Client: journal.ClientOf(r.RemoteAddr)}
		status := &journal.StatusWriter{ResponseWriter: w, Code: http.StatusOK}
		s.serveHTTP(status, r, name)
		e.Outcome, e.Millis = fmt.Sprint(status.Code), s.since(began)
		s.record(e)
	})
}

func (s *Server) serveHTTP(w http.ResponseWriter, r *http.Request, name string) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		http.Error(w, "this host takes no pushes: what it has comes from the control API", http.StatusMethodNotAllowed)
		return
	}
	h := s.find(name)
	if h == nil {
		http.Error(w, "nothing is published on "+name, http.StatusNotFound)
		return
	}
	if r.URL.Path == "/v2" || strings.HasPrefix(r.URL.Path, "/v2/") {
		h.oci.ServeHTTP(w, r)
		return
	}
	raw, mediaType, there := h.file(strings.Trim(r.URL.Path, "/"))
	if !there {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", mediaType)
	_, _ = w.Write(raw) // a client that left needs no answer
}

// direct is a transport that asks a handler of this process.
type direct struct{ http.Handler }

// RoundTrip calls the handler and returns what it wrote.
func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	answer := &answer{header: http.Header{}, code: http.StatusOK}
	if r.Body == nil {
		r.Body = http.NoBody
	}
	d.ServeHTTP(answer, r)
	return &http.Response{
		Status: http.StatusText(answer.code), StatusCode: answer.code, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: answer.header, Body: io.NopCloser(&answer.body), ContentLength: int64(answer.body.Len()), Request: r,
	}, nil
}

// answer is a response in memory.
type answer struct {
	header http.Header
	body   bytes.Buffer
	code   int
}

// Header is what the handler sets.
func (a *answer) Header() http.Header { return a.header }

// WriteHeader notes the status.
func (a *answer) WriteHeader(code int) { a.code = code }

// Write keeps the body.
func (a *answer) Write(p []byte) (int, error) { return a.body.Write(p) }
