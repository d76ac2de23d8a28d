package zone

import (
	"testing"
	"time"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// What name servers that lag may still ask for is bounded in number, too.
func TestHistoryIsBounded(t *testing.T) {
	t.Parallel()
	s := New(Options{})
	z, err := s.AddZone(api.Zone{Name: "example.com"})
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Create(z.ID, Draft("a", "A", "192.0.2.1"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range maxHistory + 10 {
		if _, err := s.Patch(z.ID, r.ID, Change{Comment: new([]string{"x", "y"}[i%2])}); err != nil {
			t.Fatal(err)
		}
	}
	table := s.byID[z.ID]
	if len(table.history) != maxHistory || len(table.names["a.example.com"].past) != maxHistory {
		t.Errorf("%d versions, %d of the name", len(table.history), len(table.names["a.example.com"].past))
	}
}

// An internal test, because no exported method shows it: a store that runs for days forgets the names of records
// that are gone, at once without a history and later with one.
func TestNamesAreForgotten(t *testing.T) {
	t.Parallel()
	for _, history := range []time.Duration{-1, time.Minute} {
		clock := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		s := New(Options{History: history, Now: func() time.Time { return clock }})
		z, err := s.AddZone(api.Zone{Name: "example.com"})
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			r, err := s.Create(z.ID, Draft("a.b", "A", "192.0.2.1"))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.Patch(z.ID, r.ID, Change{Name: new("c.d")}); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Delete(z.ID, r.ID); err != nil {
				t.Fatal(err)
			}
		}
		clock = clock.Add(time.Hour)
		last, err := s.Create(z.ID, Draft("last", "A", "192.0.2.1"))
		if err != nil {
			t.Fatal(err)
		}
		if names := s.byID[z.ID].names; len(names) != 2 || len(s.byID[z.ID].history) != 0 { // last and the apex
			t.Errorf("history %s: %d names and %d versions are kept after %s", history, len(names), len(s.byID[z.ID].history),
				last.Name)
		}
	}
}
