package dns

import (
	"fmt"
	"slices"
	"time"

	"github.com/edgeproof/edgeproof/mocks/zone"
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
	kept := make([]Delay, 0, len(delays))
	for _, d := range delays {
		if d.By < 0 || d.By > time.Hour {
			return fmt.Errorf("set publish delays: %v for %q: give 0 to 1h", d.By, d.Name)
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

// visible returns the records of a name that this server has by now.
func (l *lookup) visible(cut zone.Cut, owner string) []*zone.Record {
	delays := l.s.delays.Load()
	if l.lag == 0 && (delays == nil || len(*delays) == 0) {
		return cut.Records(owner)
	}
	var records []*zone.Record
	for _, v := range cut.Versions(owner) {
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
