// Package acme runs a certificate authority as clients see Let's Encrypt:
// Pebble in this process, at Let's Encrypt's path, with every step in
// the journal and the validity of what it issues under control.
//
// It knows Pebble and RFC 8555. It knows nothing of zones: what it validates it
// asks of a DNS server, as any authority would.
package acme

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/letsencrypt/pebble/v2/ca"
	"github.com/letsencrypt/pebble/v2/db"
	"github.com/letsencrypt/pebble/v2/va"
	"github.com/letsencrypt/pebble/v2/wfe"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/journal"
)

// The host names of Let's Encrypt's two authorities.
const (
	ProductionHost = "acme-v02.api.letsencrypt.org"
	StagingHost    = "acme-staging-v02.api.letsencrypt.org"
)

const (
	// directoryPath is Let's Encrypt's path of the directory; Pebble's is wfe.DirectoryPath.
	directoryPath = "/directory"
	// caaIdentity is what a CAA record must name (RFC 8659) for Let's Encrypt to issue.
	caaIdentity = "letsencrypt.org"
	// maxBody bounds a request's body, in bytes.
	maxBody = 1 << 20
	// httpPort and tlsPort are where http-01 and tls-alpn-01 are validated (RFC 8555 section 8.3, RFC 8737 section 3).
	httpPort, tlsPort = 80, 443
)

// DefaultValidity is how long Let's Encrypt's classic profile is valid.
const DefaultValidity = 90 * 24 * time.Hour

// Environment returns the variables that Pebble reads, once and for the whole
// process, when an authority is made. A program sets those that are unset
// before it calls New: no sleep before a validation, no reuse of an
// authorization (each order has to prove itself), and no good nonce refused
// (Pebble refuses 5 %, so that clients learn to try again; Let's Encrypt does not).
func Environment() map[string]string {
	return map[string]string{"PEBBLE_VA_NOSLEEP": "1", "PEBBLE_AUTHZREUSE": "0", "PEBBLE_WFE_NONCEREJECT": "0"}
}

// Options is what an authority is made of.
type Options struct {
	// Name stands in the journal: "production", "staging".
	Name string
	// Resolver is the DNS server, host:port, that validations ask: over TCP, one
	// question an attempt, so it must chase CNAMEs itself.
	Resolver string
	// Journal gets every step; nil keeps none.
	Journal journal.Recorder
	// Log gets Pebble's own log; nil drops it.
	Log *log.Logger
	// OwnWays shows Pebble as it is: all its challenge types in random order, its words for problems, its terms of
	// service, and orders and keys that Let's Encrypt refuses.
	OwnWays bool
}

// Authority is one certificate authority: an http.Handler for the whole of its
// host. It is safe for concurrent use.
type Authority struct {
	name    string
	journal journal.Recorder
	store   *db.MemoryStore
	// resolver is host:port of the DNS server that is asked for CAA.
	resolver string
	pebble   http.Handler
	ca       *ca.CAImpl
	rootPEM  []byte
	ownWays  bool

	mu       sync.Mutex
	validity Validity
	profiles Profiles // complete
}

// Validity says from when and how long the certificates to come are valid.
type Validity struct {
	// Backdate moves the start into the past, so that a certificate can be born
	// expired. Zero starts now.
	Backdate time.Duration
	// Lifetime is from start to end; DefaultValidity unless set.
	Lifetime time.Duration
}

// complete fills in the default and refuses what no certificate can have.
func (v Validity) complete() (Validity, error) {
	if v.Lifetime == 0 {
		v.Lifetime = DefaultValidity
	}
	if v.Lifetime < time.Second || v.Lifetime > 100*365*24*time.Hour || v.Backdate < 0 ||
		v.Backdate > 100*365*24*time.Hour {
		return v, fmt.Errorf(
			"backdate %v, lifetime %v: give a lifetime of at least 1s and a backdate that is not negative, both under 100 "+
				"years",
			v.Backdate,
			v.Lifetime,
		)
	}
	return v, nil
}

// dates are the two ends, as an order has them.
func (v Validity) dates() (from, to string) {
	start := time.Now().Add(-v.Backdate).UTC()
	return start.Format(time.RFC3339), start.Add(v.Lifetime).Format(time.RFC3339)
}

// New makes an authority with a root of its own.
func New(o Options) (*Authority, error) {
	if o.Resolver == "" {
		return nil, errors.New("make acme authority: no resolver: give the host:port of a DNS server")
	}
	if o.Log == nil {
		o.Log = log.New(discard{}, "", 0)
	}
	if o.Journal == nil {
		o.Journal = discard{}
	}
	store := db.NewMemoryStore()
	const alternateRoots, chainLength = 0, 1
	authority := ca.New(o.Log, store, "", "ecdsa", alternateRoots, chainLength, builtIn())
	validator := va.New(o.Log, httpPort, tlsPort, false, o.Resolver, store)
	// Retry-After 1 for authorizations and orders: the shortest that a client takes.
	front := wfe.New(o.Log, store, validator, authority, []string{caaIdentity}, false, false, 1, 1)
	root := authority.GetRootCert(0)
	if root == nil {
		return nil, fmt.Errorf("make acme authority %s: pebble has no root", o.Name)
	}
	profiles, err := Profiles{}.complete()
	if err != nil {
		return nil, fmt.Errorf("make acme authority %s: %w", o.Name, err)
	}
	return &Authority{
		name: o.Name, journal: o.Journal, store: store, resolver: o.Resolver, pebble: front.Handler(), ca: authority,
		rootPEM: root.PEM(), ownWays: o.OwnWays, validity: Validity{Lifetime: DefaultValidity}, profiles: profiles,
	}, nil
}

// Name returns the authority's name.
func (a *Authority) Name() string { return a.name }

// RootPEM returns the root as PEM.
func (a *Authority) RootPEM() []byte { return append([]byte(nil), a.rootPEM...) }

// Validity returns what the next certificate gets.
func (a *Authority) Validity() Validity {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.validity
}

// SetValidity sets what certificates issued from now on get. A zero Lifetime means DefaultValidity.
func (a *Authority) SetValidity(v Validity) error {
	v, err := v.complete()
	if err != nil {
		return fmt.Errorf("set validity of acme authority %s: %w", a.name, err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.validity = v
	return nil
}

// ServeHTTP answers as the authority's host does and journals the step.
func (a *Authority) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	seen := newObserver(w)
	start := time.Now()
	defer func() { a.journal.Record(seen.entry(a.name, r, start)) }()
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	switch {
	case r.URL.Path == directoryPath:
		alias := r.Clone(r.Context())
		alias.URL.Path = wfe.DirectoryPath
		a.directory(seen, alias)
	case r.URL.Path == wfe.DirectoryPath:
		a.directory(seen, r)
	case r.URL.Path == newOrderPath:
		a.newOrder(seen, r)
	case strings.HasPrefix(r.URL.Path, finalizePath):
		a.finalize(seen, r, strings.TrimPrefix(r.URL.Path, finalizePath))
	case a.ownWays:
		a.pebble.ServeHTTP(seen, r)
	case r.URL.Path == newAccountPath:
		a.newAccount(seen, r)
	case r.URL.Path == changeKeyPath:
		a.changeKey(seen, r)
	case strings.HasPrefix(r.URL.Path, authorizationPath), strings.HasPrefix(r.URL.Path, challengePath):
		a.challenge(seen, r)
	default:
		a.pebble.ServeHTTP(seen, r)
	}
}

// finalize does what Pebble leaves out, and leaves the rest to it.
func (a *Authority) finalize(w http.ResponseWriter, r *http.Request, orderID string) {
	refusal := a.checkCAA(r.Context(), orderID)
	if refusal == nil && !a.ownWays && wantsStaple(payloadOf(r)) {
		// [SRC boulder ra, ISS 2025; letsencrypt.org/2024/12/05/ending-ocsp: since 2025-05-07]
		refusal = typed(
			"unauthorized",
			http.StatusForbidden,
			"Error finalizing order :: OCSP must-staple extension is no longer "+
				"available: see https://letsencrypt.org/2024/12/05/ending-ocsp",
		)
	}
	if refusal != nil {
		a.refuse(r.Context(), w, refusal)
		return
	}
	a.applyValidity(orderID)
	locateOrder(w, r, orderID)
	a.pebble.ServeHTTP(w, r)
}

// Nonce returns a fresh anti-replay nonce, for answers that are given in front
// of the authority; "" when there is none.
func (a *Authority) Nonce(ctx context.Context) string {
	r, err := http.NewRequestWithContext(ctx, http.MethodHead, noncePath, nil)
	if err != nil {
		return ""
	}
	r.Header.Set("User-Agent", "edgeproof") // Pebble wants one (RFC 8555 section 6.1)
	answer := headers{}
	a.pebble.ServeHTTP(answer, r)
	return http.Header(answer).Get("Replay-Nonce")
}

// headers is an answer of which only these matter.
type headers http.Header

// Header returns them.
func (h headers) Header() http.Header { return http.Header(h) }

// WriteHeader does nothing.
func (h headers) WriteHeader(int) {}

// Write drops the body.
func (h headers) Write(p []byte) (int, error) { return len(p), nil }

// applyValidity writes the wanted dates into the order that is about to be
// finalized: Pebble's profiles are fixed when it starts, an order's dates are not.
func (a *Authority) applyValidity(orderID string) {
	want := a.Validity()
	order := a.store.GetOrderByID(orderID)
	if order == nil || want == (Validity{Lifetime: DefaultValidity}) {
		return
	}
	order.Lock()
	defer order.Unlock()
	if order.BeganProcessing || order.NotAfter != "" {
		return
	}
	order.NotBefore, order.NotAfter = want.dates()
}

// locateOrder says where the order is, as Let's Encrypt does in its answer to
// finalize and Pebble does not. Go's own client depends on it while the order is
// being processed.
func locateOrder(w http.ResponseWriter, r *http.Request, id string) {
	scheme := "https"
	if r.TLS == nil {
		scheme = "http"
	}
	w.Header().Set("Location", (&url.URL{Scheme: scheme, Host: r.Host, Path: orderPath + id}).String())
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

func (discard) Record(api.JournalEntry) {}
