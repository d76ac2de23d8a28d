package zone_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

func equal(t *testing.T, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(zone.Record{})); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestBestZoneIsTheLongestSuffix(t *testing.T) {
	t.Parallel()
	w := newWorld(t, zone.Free())
	if _, err := w.AddZone(api.Zone{Name: "dev.example.com"}); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"example.com": "example.com", "www.example.com": "example.com", "a.b.example.com": "example.com",
		"dev.example.com": "dev.example.com", "x.dev.example.com": "dev.example.com",
		"notdev.example.com": "example.com", "com": "", "ample.com": "", "": "",
	} {
		w.Read(func(v zone.View) {
			got := ""
			if cut, ok := v.Best(name); ok {
				got = cut.Zone().Name
			}
			if got != want {
				t.Errorf("Best(%q) = %q, want %q", name, got, want)
			}
		})
	}
}

func TestEmptyNonTerminals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, zone.Free())
	exists := func(name string) (yes bool) {
		w.Read(func(v zone.View) {
			cut, _ := v.ByID(w.zone.ID)
			yes = cut.Exists(name)
		})
		return yes
	}
	deep := w.add(zone.Draft("a.b.c.d", "A", "192.0.2.1"))
	side := w.add(zone.Draft("x.c.d", "TXT", "1"))
	for _, name := range []string{
		"example.com", "d.example.com", "c.d.example.com", "b.c.d.example.com",
		"a.b.c.d.example.com", "x.c.d.example.com",
	} {
		if !exists(name) {
			t.Errorf("%s does not exist", name)
		}
	}
	if exists("y.c.d.example.com") || exists("z.a.b.c.d.example.com") {
		t.Error("a name exists that was not created")
	}
	if _, err := w.Delete(w.zone.ID, deep.ID); err != nil {
		t.Fatal(err)
	}
	if exists("b.c.d.example.com") || !exists("c.d.example.com") || !exists("d.example.com") {
		t.Error("deleting a.b.c.d must remove b.c.d and keep c.d and d")
	}
	if _, err := w.Patch(w.zone.ID, side.ID, zone.Change{Name: ptr("moved.e")}); err != nil {
		t.Fatal(err)
	}
	if exists("c.d.example.com") || exists("d.example.com") || !exists("e.example.com") {
		t.Error("a renamed record must move its name")
	}
}

func TestVersionsShowThePast(t *testing.T) {
	t.Parallel()
	w := newWorld(t, zone.Free())
	start := w.clock
	r := w.add(zone.Draft("www", "A", "192.0.2.1"))
	w.clock = start.Add(10 * time.Second)
	if _, err := w.Patch(w.zone.ID, r.ID, zone.Change{Content: ptr("192.0.2.2")}); err != nil {
		t.Fatal(err)
	}
	w.clock = start.Add(20 * time.Second)
	if _, err := w.Delete(w.zone.ID, r.ID); err != nil {
		t.Fatal(err)
	}
	at := func(seconds int) (out []string) {
		w.Read(func(v zone.View) {
			cut, _ := v.Best("www.example.com")
			for _, version := range cut.Versions("www.example.com") {
				if version.Holds(start.Add(time.Duration(seconds) * time.Second)) {
					out = append(out, version.Record.Content)
				}
			}
		})
		return out
	}
	for seconds, want := range map[int][]string{-1: nil, 5: {"192.0.2.1"}, 15: {"192.0.2.2"}, 25: nil} {
		if got := at(seconds); !slices.Equal(got, want) {
			t.Errorf("after %d s: %v, want %v", seconds, got, want)
		}
	}
	w.clock = start.Add(3 * time.Hour)
	w.add(zone.Draft("other", "A", "192.0.2.9"))
	if got := at(5); got != nil {
		t.Errorf("the past was kept beyond its time: %v", got)
	}
}

func TestSerialGrowsByTransaction(t *testing.T) {
	t.Parallel()
	w := newWorld(t, zone.Free())
	serial := func() (n uint32) {
		w.Read(func(v zone.View) {
			cut, _ := v.ByID(w.zone.ID)
			n = cut.Serial()
		})
		return n
	}
	before := serial()
	if _, err := w.Apply(w.zone.ID, zone.Batch{Posts: []zone.Change{
		zone.Draft("a", "A", "192.0.2.1"), zone.Draft("b", "A", "192.0.2.1"),
	}}); err != nil {
		t.Fatal(err)
	}
	if serial() != before+1 {
		t.Errorf("serial went from %d to %d", before, serial())
	}
}
