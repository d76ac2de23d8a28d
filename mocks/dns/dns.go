// Package dns is the public DNS of the fake internet: the name servers of the
// provider's zones, and a resolver for everything else.
//
// It knows DNS messages and asks the zone store, the same that the provider's
// API writes; it holds no records of its own save the names of the fake
// internet itself. It must not know HTTP.
//
// # Two roles, one port
//
// A pod has one address and clients use port 53, so a listener usually plays
// Both roles: names inside an active zone are answered as the zone's name
// server would (AA set), all other names as a resolver would (NXDOMAIN unless
// it is one of the fake's own), and RA is always set, since whoever uses this
// as its resolver takes an answer with neither bit for a lame one. Clients that
// ask name servers (cert-manager's self-check, a CA) do not mind RA. A listener
// of role Authority or Resolver shows one face only: an Authority refuses
// foreign names and offers no recursion, a Resolver never sets AA.
package dns

import (
	"context"
	"net/netip"
	"strings"
	"sync/atomic"
	"time"

	mdns "github.com/miekg/dns"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/journal"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

// Query is one question, as interceptors see it.
type Query struct {
	Name   string // canonical: lower case, no trailing dot
	Type   string // "A", "TXT" …
	Client string // remote IP
	Proto  string // "udp", "tcp", "control"
	Server string // the listener's name
}

// Action is what an interceptor does to an answer. The zero value does nothing.
type Action struct {
	// ID names the rule, for the journal.
	ID string
	// Delay is waited before anything is sent.
	Delay time.Duration
	// Drop sends nothing.
	Drop bool
	// Truncate sends an empty answer with TC set over UDP; TCP is answered in full.
	Truncate bool
	// Rcode answers with this rcode and nothing else; nil for none.
	Rcode *int
	// Answer replaces the answer section; nil for none, empty for an answer without data.
	Answer []mdns.RR
}

// Interceptor may change what is answered to a query.
type Interceptor interface {
	Intercept(Query) (Action, bool)
}

// Options is what a server is made of.
type Options struct {
	// Store holds the zones.
	Store *zone.Store
	// Address is where the fake internet is reached: its own names and the
	// zones' name servers resolve to it.
	Address netip.Addr
	// Own are the fake's own host names, without trailing dot.
	Own []string
	// Elsewhere gives single names an address of their own: name servers of the
	// zones that listen apart from the rest.
	Elsewhere map[string]netip.Addr
	// Journal gets every question; nil keeps none.
	Journal journal.Recorder
	// Faults may change answers; nil for none.
	Faults Interceptor
	// Now is the clock; time.Now unless set.
	Now func() time.Time
}

// Server answers. It is safe for concurrent use.
type Server struct {
	store   *zone.Store
	address netip.Addr
	own     map[string]netip.Addr
	hosts   atomic.Pointer[map[string]bool] // of SetHosts
	journal journal.Recorder
	faults  Interceptor
	now     func() time.Time
	unknown unknownNames
	asked   atomic.Uint64
	delays  atomic.Pointer[[]Delay]
}

// New returns a server that listens nowhere yet.
func New(o Options) *Server {
	s := &Server{
		store:   o.Store,
		address: o.Address.Unmap(),
		own:     map[string]netip.Addr{},
		journal: o.Journal,
		faults:  o.Faults,
		now:     o.Now,
	}
	if s.now == nil {
		s.now = time.Now
	}
	for _, name := range o.Own {
		s.own[zone.Canonical(name)] = s.address
	}
	for name, addr := range o.Elsewhere {
		s.own[zone.Canonical(name)] = addr.Unmap()
	}
	return s
}

// SetHosts says which host names this internet has beside its own: they have its address too. It replaces those of the
// call before.
func (s *Server) SetHosts(names []string) {
	hosts := map[string]bool{}
	for _, name := range names {
		hosts[zone.Canonical(name)] = true
	}
	s.hosts.Store(&hosts)
}

// ownAddress is the address of a name that this internet itself has.
func (s *Server) ownAddress(name string) (netip.Addr, bool) {
	if addr, ok := s.own[name]; ok {
		return addr, true
	}
	hosts := s.hosts.Load()
	return s.address, hosts != nil && (*hosts)[name]
}

// aboveOwn says whether a name of this internet itself lies below another.
func (s *Server) aboveOwn(name string) bool {
	for own := range s.own {
		if strings.HasSuffix(own, "."+name) {
			return true
		}
	}
	if hosts := s.hosts.Load(); hosts != nil {
		for host := range *hosts {
			if strings.HasSuffix(host, "."+name) {
				return true
			}
		}
	}
	return false
}

// Questions counts the questions answered, or dropped by a fault, since the start.
func (s *Server) Questions() uint64 { return s.asked.Load() }

// ForgetQuestions starts a new count.
func (s *Server) ForgetQuestions() { s.asked.Store(0) }

// Ask answers a question from inside, as a listener of the role would over TCP.
func (s *Server) Ask(role api.DNSRole, name string, qtype uint16) *mdns.Msg {
	query := new(mdns.Msg)
	query.SetQuestion(mdns.Fqdn(name), qtype)
	query.SetEdns0(maxUDP, false)
	return s.Answer(role, query)
}

// Resolve answers a message as the resolver does over HTTPS, after the delay of a fault; nil when a fault drops it.
func (s *Server) Resolve(ctx context.Context, query *mdns.Msg, client string) *mdns.Msg {
	reply, delay := s.answer(query, origin{role: api.RoleResolver, client: client, proto: "https", server: "https"})
	if delay > 0 {
		wait := time.NewTimer(delay)
		defer wait.Stop()
		select {
		case <-wait.C:
		case <-ctx.Done():
			return nil
		}
	}
	return reply
}

// Answer answers a whole message from inside, as Ask does a name. Never nil: a
// dropped answer is SERVFAIL here, and a fault's delay is not waited for.
func (s *Server) Answer(role api.DNSRole, query *mdns.Msg) *mdns.Msg {
	reply, _ := s.answer(query, origin{role: role, client: "control", proto: "control", server: "control"})
	if reply == nil { // a fault dropped it
		reply = new(mdns.Msg).SetRcode(query, mdns.RcodeServerFailure)
	}
	return reply
}
