package zone

import (
	"strings"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// View is a consistent look at the store for the length of one Read: what name servers ask.
type View struct{ s *Store }

// Read calls fn under the store's read lock. fn may ask the View as often as it needs and sees one state
// throughout. It must not call methods of the Store, must not keep the View, and should not block; the
// records and zones it got may be kept.
func (s *Store) Read(fn func(View)) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	fn(View{s})
}

// Best finds the zone that a canonical name belongs to: the longest apex that is the name or lies above it.
// Of zones with the same name the active one counts, then pending, then moved, then the oldest.
func (v View) Best(name string) (ZoneView, bool) {
	for {
		if same := v.s.byName[name]; len(same) > 0 {
			return ZoneView{preferred(same)}, true
		}
		i := strings.IndexByte(name, '.')
		if i < 0 {
			return ZoneView{}, false
		}
		name = name[i+1:]
	}
}

// ByID finds a zone by its identifier, for the side that must answer for a zone Best would not choose.
func (v View) ByID(id api.ID) (ZoneView, bool) {
	t, ok := v.s.byID[id]
	return ZoneView{t}, ok
}

func preferred(same []*table) *table {
	best := same[0]
	rank := func(s api.ZoneStatus) int {
		switch s {
		case api.ZoneActive:
			return 0
		case api.ZonePending:
			return 1
		}
		return 2
	}
	for _, t := range same[1:] {
		if rank(t.zone.Status) < rank(best.zone.Status) {
			best = t
		}
	}
	return best
}

// ZoneView is one zone seen through a View. It must not outlive the Read that gave it.
type ZoneView struct{ t *table }

// Zone is the zone itself.
func (c ZoneView) Zone() *api.Zone { return c.t.zone }

// Serial is the zone's SOA serial (RFC 1035 section 3.3.13). It grows by one with each transaction and
// starts at 1; serial arithmetic applies when it wraps.
func (c ZoneView) Serial() uint32 {
	return uint32(c.t.version) //nolint:gosec // serials wrap, RFC 1982
}

// Len is the number of records in the zone.
func (c ZoneView) Len() int { return len(c.t.byID) }

// Records are the records whose owner is the canonical name, all types, oldest first. The slice is shared:
// read it only. A wildcard's records are found under its own name, "*.example.com".
func (c ZoneView) Records(owner string) []*Record {
	if n := c.t.names[owner]; n != nil {
		return n.records
	}
	return nil
}

// Exists reports whether the name owns a record or a name below it does (RFC 8020, RFC 4592 section 2.2.2);
// true without Records means an empty non-terminal. The apex always exists.
func (c ZoneView) Exists(owner string) bool {
	return owner == c.t.zone.Name || c.t.names[owner].exists()
}

// Branches reports whether a name below the owner owns a record.
func (c ZoneView) Branches(owner string) bool {
	n := c.t.names[owner]
	return n != nil && n.below > 0
}

// Versions are the current records of a name and those that were replaced or deleted within
// Options.History, the superseded first. A name server with a publish delay d serves the versions that
// hold at now-d; the delay may differ from record to record.
func (c ZoneView) Versions(owner string) []Version {
	n := c.t.names[owner]
	if n == nil {
		return nil
	}
	out := make([]Version, 0, len(n.past)+len(n.records))
	out = append(out, n.past...)
	for _, r := range n.records {
		out = append(out, Version{Record: r, From: r.Modified})
	}
	return out
}
