package cloudflare

import (
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/evidence"
	"github.com/edgeproof/edgeproof/mocks/journal"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

// Prefix is the path under which the API is served.
const Prefix = "/client/v4"

// Limits on what a request may bring.
const (
	maxBody      = 8 << 20  // bytes; a batch of 3,500 records is about 2 MiB
	maxQuery     = 16 << 10 // bytes
	maxJournaled = 512      // bytes of path, query or agent in a journal entry
)

// Options adjust a Server.
type Options struct {
	Store   *zone.Store      // required
	Journal journal.Recorder // nil records nothing
	Now     func() time.Time // time.Now when nil
	Limit   Limit            // the zero value never limits
}

// Server answers Cloudflare's API from a store. It is an http.Handler, safe for concurrent use.
type Server struct {
	store   *zone.Store
	journal journal.Recorder
	now     func() time.Time
	limiter limiter
	buffers buffers
}

// New makes a server.
func New(o Options) *Server {
	s := &Server{store: o.Store, journal: o.Journal, now: o.Now}
	if s.now == nil {
		s.now = time.Now
	}
	s.limiter.set(o.Limit)
	return s
}

// SetLimit switches the rate limit and forgets what was counted.
func (s *Server) SetLimit(l Limit) { s.limiter.set(l) }

// exchange is one request on its way to its answer.
type exchange struct {
	*Server
	w      http.ResponseWriter
	r      *http.Request
	path   []string // segments under Prefix, empty ones left out
	client netip.Addr
	caller caller
	began  time.Time
	query  values

	zone    *api.Zone // set by routes under a zone
	record  api.ID    // set by routes of one record or token
	account api.ID    // set by routes under an account
	status  int
	code    int           // of the first error, 0 for success
	tag     zone.Evidence // how that error is known
	words   string        // its message
	note    string        // what the request was about, for the journal
}

// ServeHTTP answers one request and journals it.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := exchange{Server: s, w: w, r: r, began: s.now()}
	if address, err := netip.ParseAddr(journal.ClientOf(r.RemoteAddr)); err == nil {
		x.client = address.Unmap()
	}
	commonHeaders(w.Header(), x.began)
	w.Header()["Content-Type"] = []string{contentType}
	if err := x.serve(); err != nil {
		x.fail(err)
	}
	x.log()
}

func (x *exchange) serve() error {
	if len(x.r.URL.RawQuery) > maxQuery {
		return gatewayRefusal(http.StatusRequestURITooLong, codeQuery, zone.Unverified, "Query string is too long.")
	}
	if err := x.limitAddress(); err != nil {
		return err
	}
	rest, ok := strings.CutPrefix(x.r.URL.Path, Prefix)
	if !ok || rest != "" && rest[0] != '/' {
		return x.noRoute()
	}
	x.path = segments(rest)
	family, handle := x.route()
	if handle == nil {
		return x.noRoute()
	}
	if err := x.authenticate(family); err != nil {
		return err
	}
	if family != open {
		if err := x.limit(); err != nil {
			return err
		}
	}
	query, err := parseQuery(x.r.URL.RawQuery)
	if err != nil {
		return err
	}
	x.query = query
	return handle(x)
}

// segments splits a path and leaves empty segments out, as the real gateway does: the request of an old
// client to /zones//dns_records/<id> is routed as /zones/dns_records/<id>, and fails there.
func segments(path string) []string {
	out := make([]string, 0, 4)
	for path != "" {
		var s string
		s, path, _ = strings.Cut(path, "/")
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

// log writes the journal entry. Secrets are in headers only, and of those only fingerprints go in.
func (x *exchange) log() {
	if x.journal == nil {
		return
	}
	outcome := strconv.Itoa(x.status)
	if x.status >= http.StatusBadRequest {
		outcome += " " + strconv.Itoa(x.code)
	}
	detail := map[string]string{"agent": bounded(x.r.UserAgent())}
	if x.tag != "" {
		detail["evidence"] = string(x.tag)
		if known := evidence.Known(x.tag, x.code, x.words); known.Source != "" {
			detail["source"] = known.Source + ", " + known.Day
		}
	}
	if x.r.URL.RawQuery != "" {
		detail["query"] = bounded(x.r.URL.RawQuery)
	}
	if x.caller.fingerprint != "" {
		detail["token"] = x.caller.fingerprint
	}
	if x.zone != nil {
		detail["zone"] = x.zone.Name
	}
	if x.note != "" {
		detail["about"] = bounded(x.note)
	}
	client := ""
	if x.client.IsValid() {
		client = x.client.String()
	}
	x.journal.Record(api.JournalEntry{
		Time: x.began, Source: api.SourceAPI, Client: client,
		Op: x.r.Method + " " + bounded(x.r.URL.Path), Outcome: outcome, Detail: detail,
		Millis: float64(x.now().Sub(x.began).Microseconds()) / 1000,
	})
}

func bounded(s string) string {
	if len(s) > maxJournaled {
		return s[:maxJournaled] + "…"
	}
	return s
}
