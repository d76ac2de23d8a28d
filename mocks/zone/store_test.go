package zone_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

// world is a store with one zone, example.com, and a clock that the test turns.
type world struct {
	*zone.Store
	t     *testing.T
	zone  *api.Zone
	clock time.Time
}

func newWorld(t *testing.T, plan api.Plan) *world {
	t.Helper()
	w := &world{t: t, clock: time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.UTC)}
	w.Store = zone.New(zone.Options{Now: func() time.Time { return w.clock }})
	z, err := w.AddZone(api.Zone{Name: "Example.com.", Plan: plan})
	if err != nil {
		t.Fatal(err)
	}
	w.zone = z
	return w
}

func (w *world) add(c zone.Change) *zone.Record {
	w.t.Helper()
	r, err := w.Create(w.zone.ID, c)
	if err != nil {
		w.t.Fatalf("create: %v", err)
	}
	return r
}

func codeOf(err error) int {
	var refused *zone.APIError
	if errors.As(err, &refused) {
		return refused.Code
	}
	return 0
}

func TestZoneDefaults(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Plan{})
	z := w.zone
	if z.Name != "example.com" || z.Status != api.ZoneActive || len(z.NameServers) != 2 || z.Plan.LegacyID != "free" ||
		z.ID.IsZero() || z.Activated == nil || z.Created.Nanosecond() != 123456000 {
		t.Errorf("zone = %+v", z)
	}
	for _, bad := range []string{"", "*.example.com", "a..b", "exa mple.com"} {
		if _, err := w.AddZone(api.Zone{Name: bad}); err == nil {
			t.Errorf("zone %q was added", bad)
		}
	}
}

func TestSameZoneTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t, zone.Free())
	second, err := w.AddZone(api.Zone{Name: "example.com", Status: api.ZonePending})
	if err != nil {
		t.Fatal(err)
	}
	if got := w.ZonesNamed("EXAMPLE.com"); len(got) != 2 || got[0].ID != w.zone.ID || got[1].ID != second.ID {
		t.Errorf("zones = %v", got)
	}
	best := func() (id api.ID) {
		w.Read(func(v zone.View) {
			cut, _ := v.Best("www.example.com")
			id = cut.Zone().ID
		})
		return id
	}
	if best() != w.zone.ID {
		t.Error("the active zone is not preferred")
	}
	for id, status := range map[api.ID]api.ZoneStatus{w.zone.ID: api.ZoneMoved, second.ID: api.ZoneActive} {
		if _, err := w.UpdateZone(id, func(z *api.Zone) { z.Status = status }); err != nil {
			t.Fatal(err)
		}
	}
	if best() != second.ID {
		t.Error("the zone that became active is not preferred")
	}
	if err := w.RemoveZone(second.ID); err != nil {
		t.Fatal(err)
	}
	if best() != w.zone.ID || len(w.Zones()) != 1 {
		t.Error("the removed zone is still there")
	}
}

func TestWaitWakesOnChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t, zone.Free())
	before := w.Version()
	woken := make(chan uint64, 1)
	go func() {
		v, err := w.Wait(t.Context(), before)
		if err != nil {
			t.Error(err)
		}
		woken <- v
	}()
	w.add(zone.Draft("www", "A", "192.0.2.1"))
	if v := <-woken; v != before+1 {
		t.Errorf("woken with version %d, want %d", v, before+1)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.Wait(ctx, w.Version()); !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v", err)
	}
}

func TestUnknownObjects(t *testing.T) {
	t.Parallel()
	w := newWorld(t, zone.Free())
	none := api.NewID()
	_, missing := w.Record(w.zone.ID, none)
	_, deleted := w.Delete(w.zone.ID, none)
	_, patched := w.Patch(w.zone.ID, none, zone.Change{})
	for _, err := range []error{missing, deleted, patched} {
		if codeOf(err) != zone.CodeRecordUnknown {
			t.Errorf("err = %v", err)
		}
	}
	if _, err := w.Zone(none); codeOf(err) != zone.CodeZoneUnknown {
		t.Errorf("err = %v", err)
	}
}
