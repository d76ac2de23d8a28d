// Package server changes and reads the fake internet: a JSON API on a listener of its own, never the public one.
//
// It knows all the mocks, and bypasses what the public side enforces: tokens, record ownership, delays. Its types and
// its client are mocks/control/api. It must not know the cluster or the suite.
package server

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/edgeproof/edgeproof/mocks/acme"
	"github.com/edgeproof/edgeproof/mocks/cloudflare"
	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/dns"
	"github.com/edgeproof/edgeproof/mocks/faultinjection"
	"github.com/edgeproof/edgeproof/mocks/journal"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

//go:embed openapi.yaml
var openapi []byte

// maxBody bounds a request's body, in bytes.
const maxBody = 1 << 20

// Internet is what the API changes and reads.
type Internet struct {
	Store *zone.Store
	API   *cloudflare.Server
	DNS   *dns.Server
	// Probe is the external client: see ProbeWith.
	Probe   Probe
	Journal *journal.Journal
	Faults  *faultinjection.Set
	// Delivery is what GitOps engines fetch from.
	Delivery
	// Production and Staging are the two certificate authorities.
	Production, Staging *acme.Authority
	// WebRoot is the root of the web PKI, as PEM.
	WebRoot []byte
	// Ready says what is still missing, nil when all listeners answer.
	Ready func() error
	// Reset brings store, faults, delays and settings back to how the process started.
	Reset func() error
}

// server holds the handlers.
type server struct{ Internet }

// handle is a handler that answers with a value or an error.
type handle func(*http.Request) (any, error)

// New returns the API.
func New(i Internet) http.Handler {
	s := &server{i}
	mux := http.NewServeMux()
	for pattern, h := range s.routes() {
		mux.Handle(pattern, s.wrap(h, maxBody))
	}
	for pattern, h := range s.uploads() {
		mux.Handle(pattern, s.wrap(h, maxArchive))
	}
	for pattern, h := range s.files() {
		mux.HandleFunc(pattern, h)
	}
	mux.Handle("/", s.wrap(func(r *http.Request) (any, error) {
		return nil, notFound("no route %s %s: GET /v1/openapi.yaml lists them", r.Method, r.URL.Path)
	}, maxBody))
	return mux
}

func (s *server) routes() map[string]handle {
	return map[string]handle{
		"GET /healthz":                             s.health,
		"GET /readyz":                              s.ready,
		"GET /v1/roots":                            s.roots,
		"GET /v1/zones":                            s.listZones,
		"POST /v1/zones":                           s.createZone,
		"PATCH /v1/zones/{zone}":                   s.patchZone,
		"DELETE /v1/zones/{zone}":                  s.deleteZone,
		"GET /v1/zones/{zone}/records":             s.listRecords,
		"PUT /v1/zones/{zone}/records":             s.putRecord,
		"DELETE /v1/zones/{zone}/records":          s.deleteRecords,
		"DELETE /v1/zones/{zone}/records/{record}": s.deleteRecord,
		"GET /v1/tokens":                           s.listTokens,
		"POST /v1/tokens":                          s.createToken,
		"PATCH /v1/tokens/{token}":                 s.patchToken,
		"DELETE /v1/tokens/{token}":                s.deleteToken,
		"POST /v1/tokens/{token}/roll":             s.rollToken,
		"GET /v1/users":                            s.listUsers,
		"POST /v1/users":                           s.addUser,
		"PUT /v1/api/limit":                        s.putLimit,
		"POST /v1/dns/query":                       s.query,
		"GET /v1/dns/unknown":                      s.unknown,
		"DELETE /v1/dns/unknown":                   s.forgetUnknown,
		"GET /v1/dns/delays":                       s.listDelays,
		"PUT /v1/dns/delays":                       s.putDelays,
		"GET /v1/acme/{authority}/validity":        s.getValidity,
		"PUT /v1/acme/{authority}/validity":        s.putValidity,
		"GET /v1/acme/{authority}/profiles":        s.getProfiles,
		"PUT /v1/acme/{authority}/profiles":        s.putProfiles,
		"POST /v1/acme/{authority}/certificates":   s.signCertificate,
		"PUT /v1/git/access":                       s.protectRepository,
		"GET /v1/git/ssh":                          s.gitSSH,
		"POST /v1/probe":                           s.probe,
		"POST /v1/batch":                           s.batch,
		"DELETE /v1/journal":                       s.clearJournal,
		"GET /v1/faults":                           s.listFaults,
		"POST /v1/faults":                          s.addFault,
		"DELETE /v1/faults":                        s.clearFaults,
		"DELETE /v1/faults/{fault}":                s.clearFault,
		"GET /v1/counters":                         s.counters,
		"POST /v1/reset":                           s.reset,
	}
}

// files are the routes that answer more than JSON.
func (s *server) files() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"GET /v1/journal":      s.journal,
		"GET /v1/roots/{file}": s.rootFile,
		"GET /v1/openapi.yaml": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/yaml")
			_, _ = w.Write(openapi) // the client is gone
		},
	}
}

// wrap turns a handle into a handler: JSON out, typed errors, changes in the journal.
func (s *server) wrap(h handle, most int64) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		r.Body = http.MaxBytesReader(w, r.Body, most)
		value, err := h(r)
		status := http.StatusOK
		if err != nil {
			typed := asError(err)
			status, value = typed.Status, api.ErrorResponse{Error: typed}
		}
		s.note(r, status, start)
		writeJSON(w, status, value)
	})
}

// note journals what may have changed something; reads would drown it.
func (s *server) note(r *http.Request, status int, start time.Time) {
	if r.Method == http.MethodGet || slices.Contains([]string{"/v1/probe", "/v1/dns/query", "/v1/batch"}, r.URL.Path) {
		return
	}
	s.Journal.Record(api.JournalEntry{
		Time: start, Source: api.SourceControl, Client: journal.ClientOf(r.RemoteAddr), Op: r.Method + " " + r.URL.Path,
		Outcome: strconv.Itoa(status), Millis: float64(time.Since(start).Microseconds()) / 1000,
	})
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		status, body = http.StatusInternalServerError, []byte(
			`{"error":{"status":500,"code":"internal","message":"encode the answer"}}`,
		)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // the client is gone
}

// decode reads a JSON body strictly: an unknown field is an error.
func decode(r *http.Request, into any) error {
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return &api.Error{
				Status:  http.StatusRequestEntityTooLarge,
				Code:    api.CodeTooLarge,
				Message: fmt.Sprintf("the body is over %d bytes", maxBody),
			}
		}
		return invalid("read the body: %v", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return invalid("read the body: something follows the JSON value")
	}
	return nil
}

// done is the answer of what has nothing to say.
type done struct {
	Done bool `json:"done"`
}

func (s *server) health(*http.Request) (any, error) { return api.Status{Status: "ok"}, nil }

func (s *server) ready(*http.Request) (any, error) {
	if s.Ready != nil {
		if err := s.Ready(); err != nil {
			return nil, &api.Error{Status: http.StatusServiceUnavailable, Code: api.CodeNotReady, Message: err.Error()}
		}
	}
	return api.Status{Status: "ready"}, nil
}

func (s *server) reset(*http.Request) (any, error) {
	if s.Reset == nil {
		return nil, &api.Error{
			Status:  http.StatusNotImplemented,
			Code:    api.CodeInternal,
			Message: "reset: this process has no start to go back to",
		}
	}
	if err := s.Reset(); err != nil {
		return nil, fmt.Errorf("reset: %w", err)
	}
	return done{true}, nil
}
