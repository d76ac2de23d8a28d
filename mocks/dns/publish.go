package dns

import (
	"fmt"
	"slices"
	"time"

	"github.com/edgeproof/edgeproof/mocks/zone"
)

// maxDelay bounds a delay, maxDelays how many there are: each record that is served is compared with all of them.
const (
	maxDelay  = time.Hour
	maxDelays = 1000
)

// Delay makes the name servers serve a record later than the API has it, as a
// provider's edge does; replaced and deleted records stay as long.
type Delay struct {
	// Name is the record's owner, or a name above it: the delay holds for all below. "" holds for all.
	Name string `json:"name,omitempty"`
	// Type is "A", "TXT" …; "" for all.
	Type string `json:"type,omitempty"`
	// By is how long.
	By time.Duration `json:"by"`
}

// SetDelays replaces the publish delays. Of several that fit a record the longest counts.
func (s *Server) SetDelays(delays []Delay) error {
	if len(delays) > maxDelays {
		return fmt.Errorf("set publish delays: %d of them: give at most %d", len(delays), maxDelays)
	}
	kept := make([]Delay, 0, len(delays))
	for _, d := range delays {
		if d.By < 0 || d.By > maxDelay {
			return fmt.Errorf("set publish delays: %v for %q: give 0 to %v", d.By, d.Name, maxDelay)
		}
		d.Name = zone.Canonical(d.Name)
		kept = append(kept, d)
	}
	s.delays.Store(&kept)
	return nil
}

// Delays returns the publish delays.
func (s *Server) Delays() []Delay {
	if d := s.delays.Load(); d != nil {
		return slices.Clone(*d)
	}
	return []Delay{}
}

// late reports whether this server may have something later than the API.
func (l *lookup) late() bool {
	delays := l.s.delays.Load()
	return l.lag > 0 || delays != nil && len(*delays) > 0
}

// exists reports whether a name owns something that this server has by now, or a
// name below it does. Where it is late, names below count as soon as the API has
// them, and no longer: only the name in question is delayed.
func (l *lookup) exists(zv zone.ZoneView, owner string) bool {
	if !l.late() {
		return zv.Exists(owner)
	}
	return owner == zv.Zone().Name || zv.Branches(owner) || len(l.visible(zv, owner)) > 0
}

// visible returns the records of a name that this server has by now.
func (l *lookup) visible(zv zone.ZoneView, owner string) []*zone.Record {
	if !l.late() {
		return zv.Records(owner)
	}
	delays := l.s.delays.Load()
	var records []*zone.Record
	for _, v := range zv.Versions(owner) {
		by := l.lag
		if delays != nil {
			by = max(by, l.lag+longest(*delays, owner, v.Record.Type))
		}
		if v.Holds(l.now.Add(-by)) {
			records = append(records, v.Record)
		}
	}
	return records
}

func longest(delays []Delay, owner, rrtype string) time.Duration {
	var by time.Duration
	for _, d := range delays {
		if (d.Type == "" || d.Type == rrtype) && (d.Name == "" || zone.Below(owner, d.Name)) {
			by = max(by, d.By)
		}
	}
	return by
}
