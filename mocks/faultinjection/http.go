package faultinjection

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/edgeproof/edgeproof/mocks/cloudflare"
	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/journal"
)

// Host is one of the HTTP servers that faults can meet.
type Host struct {
	// Name is what HTTPMatch.Host names: "api", "production", "staging", "git", "registry".
	Name string
	// Source is what the journal calls the host. A host that has one answers in plain text where a rule gives no
	// body; Cloudflare's API and the authorities have none, and their own forms of an error.
	Source api.JournalSource
	// Step names the ACME step of a path; nil for a host that has none.
	Step func(path string) string
	// Nonce returns a fresh one for a problem (RFC 8555 section 6.5); nil for a host that has none.
	Nonce func(context.Context) string
}

// bodyRead bounds how much of a request's body Contains looks at.
const bodyRead = 1 << 20

// HTTP puts the set in front of a host's handler.
func (s *Set) HTTP(host Host, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var texts [][]byte
		if s.looksInto(host, r) {
			texts = read(r) // before the set is locked: a client may take its time to send a body
		}
		h, struck := s.strike(func(rule *api.FaultRule) bool {
			return rule.HTTP != nil && fitsRequest(rule.HTTP, host, r) && contained(rule.HTTP, texts)
		})
		if !struck {
			next.ServeHTTP(w, r)
			return
		}
		s.perform(h, host, next, w, r)
	})
}

// looksInto reports whether a rule that may strike wants to know the request's body.
func (s *Set) looksInto(host Host, r *http.Request) bool {
	if s.empty.Load() {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.rules, func(a *active) bool {
		m := a.rule.HTTP
		return m != nil && m.Contains != "" && !a.spent() && fitsRequest(m, host, r)
	})
}

// fits judges all but the body.
func fitsRequest(m *api.HTTPMatch, host Host, r *http.Request) bool {
	if m.Host != "" && m.Host != host.Name && (m.Host != "acme" || host.Step == nil) {
		return false
	}
	if m.Step != "" && (host.Step == nil || host.Step(r.URL.Path) != m.Step) {
		return false
	}
	return (m.Method == "" || strings.EqualFold(m.Method, r.Method)) &&
		glob(m.Path, r.URL.Path) && glob(m.Query, r.URL.RawQuery) &&
		(m.Client == "" || from(m.Client, journal.ClientOf(r.RemoteAddr))) &&
		(m.Token == "" || m.Token == cloudflare.Fingerprint(r))
}

func contained(m *api.HTTPMatch, texts [][]byte) bool {
	return m.Contains == "" ||
		slices.ContainsFunc(texts, func(text []byte) bool { return bytes.Contains(text, []byte(m.Contains)) })
}

// read takes the head of a request's body, as sent and as signed, and puts the body back.
func read(r *http.Request) [][]byte {
	head, err := io.ReadAll(io.LimitReader(r.Body, bodyRead))
	rest := r.Body
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(head), rest), rest}
	if err != nil {
		return nil
	}
	return append(unsigned(head), head)
}

// unsigned finds what an ACME body signs: the payload, and the CSR in it, whose
// names stand in it as plain text (RFC 8555 sections 6.2 and 7.4).
func unsigned(body []byte) [][]byte {
	var jws struct {
		Payload string `json:"payload"`
	}
	if json.Unmarshal(body, &jws) != nil || jws.Payload == "" {
		return nil
	}
	payload, err := base64.RawURLEncoding.DecodeString(jws.Payload)
	if err != nil {
		return nil
	}
	texts := [][]byte{payload}
	var finalize struct {
		CSR string `json:"csr"`
	}
	if json.Unmarshal(payload, &finalize) == nil && finalize.CSR != "" {
		if der, err := base64.RawURLEncoding.DecodeString(finalize.CSR); err == nil {
			texts = append(texts, der)
		}
	}
	return texts
}

// perform does what the rule says.
func (s *Set) perform(h hit, host Host, next http.Handler, w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	if h.do.DelayMillis > 0 && !wait(r, h, time.Duration(h.do.DelayMillis)*time.Millisecond) {
		return
	}
	for name, value := range h.do.Headers {
		w.Header().Set(name, value)
	}
	if h.do.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(h.do.RetryAfter))
	}
	switch {
	case h.do.Hang:
		s.record(h, host, r, start, "hang")
		hang(r, h)
		panic(http.ErrAbortHandler) // net/http's way to end a connection without an answer
	case h.do.Reset:
		s.record(h, host, r, start, "reset")
		reset(w)
	case h.do.Truncate:
		truncate(w, r, next)
	case answers(&h.do):
		status := answer(r.Context(), &h.do, w, host)
		s.record(h, host, r, start, strconv.Itoa(status))
	default:
		next.ServeHTTP(w, r)
	}
}

// wait lets time pass; false when the client went away. A rule that is cleared ends the wait.
func wait(r *http.Request, h hit, delay time.Duration) bool {
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-h.gone:
		return true
	case <-r.Context().Done():
		return false
	}
}

func hang(r *http.Request, h hit) {
	select {
	case <-h.gone:
	case <-r.Context().Done():
	}
}

// reset breaks the connection. HTTP/2 has no connection to give away: there the stream is reset.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	raw := conn
	if secured, ok := conn.(*tls.Conn); ok {
		raw = secured.NetConn()
	}
	if tcp, ok := raw.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // close sends RST instead of FIN
	}
	_ = raw.Close()
}

// truncate promises the real answer in full and sends half of it, of a huge one its head.
func truncate(w http.ResponseWriter, r *http.Request, next http.Handler) {
	kept := &recorder{header: w.Header()}
	next.ServeHTTP(kept, r)
	w.Header().Set("Content-Length", strconv.Itoa(kept.size))
	w.WriteHeader(max(kept.status, http.StatusOK))
	_, _ = w.Write(kept.head[:min(len(kept.head), kept.size/2)])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// recorder keeps the head of an answer and counts the rest.
type recorder struct {
	header http.Header
	status int
	head   []byte
	size   int
}

// headKept bounds how much of an answer is kept.
const headKept = 1 << 20

// Header returns the headers of the answer to come.
func (k *recorder) Header() http.Header { return k.header }

// WriteHeader keeps the status.
func (k *recorder) WriteHeader(status int) {
	if k.status == 0 {
		k.status = status
	}
}

// Write keeps the head of the body.
func (k *recorder) Write(p []byte) (int, error) {
	k.head = append(k.head, p[:min(len(p), headKept-len(k.head))]...)
	k.size += len(p)
	return len(p), nil
}

// record journals a request that never reached its handler.
func (s *Set) record(h hit, host Host, r *http.Request, start time.Time, outcome string) {
	if s.journal == nil {
		return
	}
	e := api.JournalEntry{
		Time: start, Source: api.SourceAPI, Client: journal.ClientOf(r.RemoteAddr), Op: r.Method + " " +
			r.URL.Path, Outcome: outcome,
		Detail: map[string]string{"fault": h.id}, Millis: float64(time.Since(start).Microseconds()) / 1000,
	}
	if r.URL.RawQuery != "" {
		e.Detail["query"] = r.URL.RawQuery
	}
	if host.Source != "" {
		e.Source = host.Source
	}
	if host.Step != nil {
		e.Source, e.Detail["authority"] = api.SourceACME, host.Name
		if step := host.Step(r.URL.Path); step != "" {
			e.Op = step
		}
	}
	if token := cloudflare.Fingerprint(r); token != "" {
		e.Detail["token"] = token
	}
	switch {
	case h.do.Code != 0:
		e.Outcome += " " + strconv.Itoa(h.do.Code)
	case h.do.Problem != "":
		e.Outcome += " " + problemPrefix + h.do.Problem
	}
	s.journal.Record(e)
}
