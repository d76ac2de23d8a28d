package zone

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

const (
	maxZones       = 10_000
	maxHistory     = 50_000        // versions of a zone's records
	defaultHistory = 2 * time.Hour // the longest publish delay behind the longest lag of package dns
)

// Options adjust a store.
type Options struct {
	// Now is the clock; time.Now when nil.
	Now func() time.Time
	// History is how long replaced and deleted records stay readable through View, for name servers with a
	// publish delay; two hours when zero, none when negative.
	History time.Duration
}

// Store holds everything the provider knows. It is safe for concurrent use.
type Store struct {
	now     func() time.Time
	history time.Duration

	mu      sync.RWMutex
	zones   []*table // by name, then oldest first
	byID    map[api.ID]*table
	byName  map[string][]*table
	tokens  map[digest]*api.Token
	users   []*user
	version uint64
	changed chan struct{} // closed at the next change; nil while no reader waits
}

// table is one zone and its records.
type table struct {
	zone    *api.Zone
	byID    map[api.ID]*Record
	order   index
	names   map[string]*node
	history []past
	seq     uint64
	version uint64
}

// New makes an empty store.
func New(o Options) *Store {
	s := &Store{now: o.Now, history: o.History}
	if s.now == nil {
		s.now = time.Now
	}
	if s.history == 0 {
		s.history = defaultHistory
	}
	s.clear()
	return s
}

func (s *Store) clear() {
	s.zones, s.users = nil, nil
	s.byID = map[api.ID]*table{}
	s.byName = map[string][]*table{}
	s.tokens = map[digest]*api.Token{}
}

// clock is the present in the API's resolution, microseconds, in UTC.
func (s *Store) clock() time.Time { return s.now().UTC().Truncate(time.Microsecond) }

// touch records a change and wakes those who wait for one. The caller holds the lock.
func (s *Store) touch() {
	s.version++
	if s.changed != nil {
		close(s.changed)
		s.changed = nil
	}
}

// Version grows with every change of zones, records, tokens or users.
func (s *Store) Version() uint64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.version
}

// Wait returns as soon as Version is above after, with the version then, or with the context's error.
func (s *Store) Wait(ctx context.Context, after uint64) (uint64, error) {
	for {
		s.mu.Lock()
		version := s.version
		if version <= after && s.changed == nil {
			s.changed = make(chan struct{})
		}
		changed := s.changed
		s.mu.Unlock()
		if version > after {
			return version, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return version, fmt.Errorf("wait for a change after version %d: %w", after, ctx.Err())
		}
	}
}

// AddZone stores a zone. Only Name is needed; the rest has defaults: a new ID, active, the Free plan, two
// name servers of Cloudflare, the account of the zone's ID. The same name may be added again: the real
// provider, too, knows a name once per account.
func (s *Store) AddZone(z api.Zone) (*api.Zone, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.addZone(z)
	if err != nil {
		return nil, err
	}
	return t.zone, nil
}

func (s *Store) addZone(z api.Zone) (*table, error) {
	z.Name = Canonical(z.Name)
	if !ValidName(z.Name) || strings.HasPrefix(z.Name, "*") {
		return nil, fmt.Errorf("add zone %q: not a DNS name", z.Name)
	}
	if len(s.zones) >= maxZones {
		return nil, refuse(
			Reported,
			CodeZoneLimit,
			"You have exceeded the limit for adding zones. Please activate some zones.",
		)
	}
	complete(&z, s.clock())
	if _, taken := s.byID[z.ID]; taken {
		return nil, fmt.Errorf("add zone %s: identifier %s is taken", z.Name, z.ID)
	}
	t := &table{zone: &z, byID: map[api.ID]*Record{}, names: map[string]*node{}, version: 1}
	at, _ := slices.BinarySearchFunc(s.zones, z.Name, func(have *table, name string) int {
		if have.zone.Name <= name {
			return -1 // behind those of the same name
		}
		return 1
	})
	s.zones = slices.Insert(s.zones, at, t)
	s.byID[z.ID] = t
	s.byName[z.Name] = append(s.byName[z.Name], t)
	s.touch()
	return t, nil
}

// UpdateZone changes a zone's own fields: status, plan, name servers, paused. ID and Name stay as they are.
func (s *Store) UpdateZone(id api.ID, change func(*api.Zone)) (*api.Zone, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.byID[id]
	if t == nil {
		return nil, refuseUnknownZone()
	}
	z := *t.zone
	z.NameServers = slices.Clone(z.NameServers)
	change(&z)
	z.ID, z.Name, z.Modified = t.zone.ID, t.zone.Name, s.clock()
	if z.Status == api.ZoneActive && z.Activated == nil {
		z.Activated = &z.Modified
	}
	t.zone = &z
	t.version++
	s.touch()
	return t.zone, nil
}

// RemoveZone deletes a zone with its records.
func (s *Store) RemoveZone(id api.ID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.byID[id]
	if t == nil {
		return refuseUnknownZone()
	}
	same := func(have *table) bool { return have == t }
	s.zones = slices.DeleteFunc(s.zones, same)
	delete(s.byID, id)
	left := slices.DeleteFunc(slices.Clone(s.byName[t.zone.Name]), same)
	if len(left) == 0 {
		delete(s.byName, t.zone.Name)
	} else {
		s.byName[t.zone.Name] = left
	}
	s.touch()
	return nil
}

// Zone finds a zone by its identifier.
func (s *Store) Zone(id api.ID) (*api.Zone, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if t := s.byID[id]; t != nil {
		return t.zone, nil
	}
	return nil, refuseUnknownZone()
}

// Zones lists all zones, by name, those of one name oldest first.
func (s *Store) Zones() []*api.Zone {
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := make([]*api.Zone, len(s.zones))
	for i, t := range s.zones {
		out[i] = t.zone
	}
	return out
}

// ZonesNamed lists the zones of exactly this name, oldest first.
func (s *Store) ZonesNamed(name string) []*api.Zone {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var out []*api.Zone
	for _, t := range s.byName[Canonical(name)] {
		out = append(out, t.zone)
	}
	return out
}
