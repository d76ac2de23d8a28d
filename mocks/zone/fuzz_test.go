package zone_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

// A state file comes from a disk: whatever it holds is refused or becomes a store that is whole.
func FuzzState(f *testing.F) {
	s := zone.New(zone.Options{})
	z, err := s.AddZone(api.Zone{Name: "example.com", Plan: zone.Pro()})
	if err != nil {
		f.Fatal(err)
	}
	for _, c := range []zone.Change{
		zone.Draft("a.b", "A", "192.0.2.1"), zone.Draft("t", "TXT", `"x"`),
		{Name: ptr("@"), Type: ptr("CAA"), Data: map[string]any{"flags": 0.0, "tag": "issue", "value": "x"}},
	} {
		if _, err := s.Create(z.ID, c); err != nil {
			f.Fatal(err)
		}
	}
	if _, _, err := s.AddToken(api.Token{}, ""); err != nil {
		f.Fatal(err)
	}
	state, _ := s.Snapshot()
	seed, err := json.Marshal(state)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	f.Add([]byte(`{"version":1,"zones":[null],"tokens":[{}],"users":[{}]}`))
	f.Fuzz(func(t *testing.T, file []byte) {
		var state zone.State
		if json.Unmarshal(file, &state) != nil {
			return
		}
		s := zone.New(zone.Options{})
		if s.Restore(&state) != nil {
			return
		}
		again, _ := s.Snapshot()
		if err := zone.New(zone.Options{}).Restore(again); err != nil {
			t.Fatalf("what was restored cannot be restored again: %v", err)
		}
		for _, z := range s.Zones() {
			for _, r := range recordsOf(t, s, z.ID) {
				if _, err := s.Delete(z.ID, r.ID); err != nil {
					t.Fatal(err)
				}
			}
			s.Read(func(v zone.View) {
				if cut, ok := v.ByID(z.ID); !ok || cut.Len() != 0 {
					t.Fatal("records are left")
				}
			})
		}
	})
}

func recordsOf(t *testing.T, s *zone.Store, id api.ID) []*zone.Record {
	t.Helper()
	found, _, err := s.List(id, zone.Query{})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// Content of TXT records as any client may send it, split as DNS must serve it.
func FuzzStrings(f *testing.F) {
	for _, seed := range []string{
		"", "x", `"a" "b"`, `"a\"b"`, `"\065\999"`, `"unclosed`, `""`,
		strings.Repeat("x", 600),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content string) {
		total := 0
		for _, s := range zone.Strings(content) {
			if len(s) > 255 {
				t.Fatalf("a character-string of %d bytes", len(s))
			}
			total += len(s)
		}
		if total > len(content) {
			t.Fatalf("%d bytes out of %d", total, len(content))
		}
	})
}
