package dns

import (
	"net/netip"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	mdns "github.com/miekg/dns"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

// ownName answers for a name of the fake internet itself.
func (l *lookup) ownName(owner string, addr netip.Addr) {
	if l.qtype == mdns.TypeA && addr.Is4() || l.qtype == mdns.TypeAAAA && addr.Is6() {
		l.add(addressRR(owner, addr, ownTTL))
		return
	}
	l.rootNegative()
}

// foreign settles a name that lies in no zone, as a resolver: the zones' name
// servers have an address, names above a zone exist without data, as a zone's own
// does above it, and all else is unknown and counted.
func (l *lookup) foreign(owner, name string) {
	above := name == "." || l.s.aboveOwn(name)
	for _, z := range l.s.store.Zones() {
		for _, ns := range z.NameServers {
			if zone.Canonical(ns) == name {
				l.ownName(owner, l.s.address)
				return
			}
			above = above || strings.HasSuffix(zone.Canonical(ns), "."+name)
		}
		above = above || z.Status == api.ZoneActive && zone.Below(z.Name, name)
	}
	if !above {
		l.reply.Rcode = mdns.RcodeNameError
		l.s.unknown.count(name, l.client, l.now)
	}
	l.rootNegative()
}

// rootNegative bounds a "no" by a root of this internet's own.
func (l *lookup) rootNegative() {
	l.reply.Ns = append(l.reply.Ns, &mdns.SOA{
		Hdr: header(".", mdns.TypeSOA, rootMinimum), Ns: "root.invalid.", Mbox: "hostmaster.invalid.",
		Serial: 1, Refresh: soaRefresh, Retry: soaRetry, Expire: soaExpire, Minttl: rootMinimum,
	})
}

const (
	// maxUnknown bounds the names that are counted each.
	maxUnknown = 10_000
	// maxClients bounds the clients that are noted for a name.
	maxClients = 8
)

type unknownNames struct {
	mu    sync.Mutex
	names map[string]*api.UnknownName
	total uint64
}

func (u *unknownNames) count(name, client string, now time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.total++
	if u.names == nil {
		u.names = map[string]*api.UnknownName{}
	}
	known := u.names[name]
	if known == nil {
		if len(u.names) >= maxUnknown {
			return
		}
		known = &api.UnknownName{Name: name, First: now}
		u.names[name] = known
	}
	known.Count++
	known.Last = now
	if len(known.Clients) < maxClients && !slices.Contains(known.Clients, client) {
		known.Clients = append(known.Clients, client)
	}
}

// Unknown returns the unknown names that were queried, the most frequent first,
// and how many questions they were in all; past 10,000 names only the total grows.
func (s *Server) Unknown() ([]api.UnknownName, uint64) {
	s.unknown.mu.Lock()
	defer s.unknown.mu.Unlock()
	names := make([]api.UnknownName, 0, len(s.unknown.names))
	for _, n := range s.unknown.names {
		shown := *n
		shown.Clients = slices.Clone(n.Clients)
		names = append(names, shown)
	}
	sort.Slice(names, func(i, j int) bool {
		if names[i].Count != names[j].Count {
			return names[i].Count > names[j].Count
		}
		return names[i].Name < names[j].Name
	})
	return names, s.unknown.total
}

// ForgetUnknown forgets the unknown names and starts a new count.
func (s *Server) ForgetUnknown() {
	s.unknown.mu.Lock()
	defer s.unknown.mu.Unlock()
	s.unknown.names, s.unknown.total = nil, 0
}
