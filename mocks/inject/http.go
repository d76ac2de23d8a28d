package inject

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/edgeproof/edgeproof/mocks/journal"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

// Host is one of the HTTP servers that faults can meet.
type Host struct {
	// Name is what HTTPMatch.Host names: "api", "production", "staging".
	Name string
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
		body := &lazyBody{r: r}
		h, struck := s.strike(func(rule *Rule) bool {
			return rule.HTTP != nil && rule.HTTP.fits(host, r, body)
		})
		if !struck {
			next.ServeHTTP(w, r)
			return
		}
		s.perform(h, host, next, w, r)
	})
}

func (m *HTTPMatch) fits(host Host, r *http.Request, body *lazyBody) bool {
	if m.Host != "" && m.Host != host.Name && (m.Host != "acme" || host.Step == nil) {
		return false
	}
	if m.Step != "" && (host.Step == nil || host.Step(r.URL.Path) != m.Step) {
		return false
	}
	return (m.Method == "" || strings.EqualFold(m.Method, r.Method)) &&
		glob(m.Path, r.URL.Path) && glob(m.Query, r.URL.RawQuery) &&
		(m.Client == "" || from(m.Client, clientOf(r))) &&
		(m.Token == "" || m.Token == fingerprint(r)) &&
		(m.Contains == "" || body.contains(m.Contains))
}

func clientOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// fingerprint stands for the request's credential, "" for none.
func fingerprint(r *http.Request) string {
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return zone.Fingerprint(token)
	}
	if key := r.Header.Get("X-Auth-Key"); key != "" {
		return zone.Fingerprint(key)
	}
	return ""
}

// lazyBody reads a request's body when a rule wants it, and puts it back.
type lazyBody struct {
	r     *http.Request
	read  bool
	texts [][]byte
}

func (b *lazyBody) contains(text string) bool {
	if !b.read {
		b.read = true
		head, err := io.ReadAll(io.LimitReader(b.r.Body, bodyRead))
		rest := b.r.Body
		b.r.Body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(bytes.NewReader(head), rest), rest}
		if err == nil {
			b.texts = append(unsigned(head), head)
		}
	}
	for _, t := range b.texts {
		if bytes.Contains(t, []byte(text)) {
			return true
		}
	}
	return false
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
	case h.do.answers():
		status := h.do.answer(r.Context(), w, host)
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

// truncate promises the real answer in full and sends half of it.
func truncate(w http.ResponseWriter, r *http.Request, next http.Handler) {
	kept := &recorder{header: w.Header()}
	next.ServeHTTP(kept, r)
	w.Header().Set("Content-Length", strconv.Itoa(kept.body.Len()))
	w.WriteHeader(max(kept.status, http.StatusOK))
	_, _ = w.Write(kept.body.Bytes()[:kept.body.Len()/2])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// recorder keeps an answer.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header returns the headers of the answer to come.
func (k *recorder) Header() http.Header { return k.header }

// WriteHeader keeps the status.
func (k *recorder) WriteHeader(status int) {
	if k.status == 0 {
		k.status = status
	}
}

// Write keeps the body.
func (k *recorder) Write(p []byte) (int, error) { return k.body.Write(p) }

// record journals a request that never reached its handler.
func (s *Set) record(h hit, host Host, r *http.Request, start time.Time, outcome string) {
	if s.journal == nil {
		return
	}
	e := journal.Entry{
		Time: start, Source: journal.API, Client: clientOf(r), Op: r.Method + " " + r.URL.Path, Outcome: outcome,
		Detail: map[string]string{"fault": h.id}, Millis: float64(time.Since(start).Microseconds()) / 1000,
	}
	if host.Step != nil {
		e.Source, e.Detail["authority"] = journal.ACME, host.Name
		if step := host.Step(r.URL.Path); step != "" {
			e.Op = step
		}
	}
	if token := fingerprint(r); token != "" {
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
