package zone_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

// Name servers read while clients write: under the race detector this shows that nothing handed out is ever
// written again, and that a reader never sees half a transaction.
func TestReadersAndWriters(t *testing.T) {
	t.Parallel()
	s := zone.New(zone.Options{})
	z, err := s.AddZone(api.Zone{Name: "example.com"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), time.Second)
	defer stop()
	var writers, readers sync.WaitGroup
	for i := range 4 {
		writers.Go(func() {
			for n := range 300 {
				// Two records that always live and die together.
				name := fmt.Sprintf("n%d.w%d", n%5, i)
				out, err := s.Apply(z.ID, zone.Batch{Posts: []zone.Change{
					zone.Draft(name, "A", "192.0.2.1"),
					zone.Draft(name, "TXT", "x"),
				}})
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := s.Patch(z.ID, out.Posts[0].ID, zone.Change{Content: ptr("192.0.2.2")}); err != nil {
					t.Error(err)
				}
				if _, err := s.Apply(z.ID, zone.Batch{Deletes: []api.ID{out.Posts[0].ID, out.Posts[1].ID}}); err != nil {
					t.Error(err)
				}
			}
		})
		readers.Go(func() {
			kept := []*zone.Record{}
			for ctx.Err() == nil {
				s.Read(func(v zone.View) {
					cut, _ := v.Best("x.example.com")
					for n := range 5 {
						owner := fmt.Sprintf("n%d.w%d.example.com", n, i)
						found := cut.Records(owner)
						if len(found) != 0 && len(found) != 2 || cut.Exists(owner) != (len(found) > 0) {
							t.Errorf("%d records, exists %t", len(found), cut.Exists(owner))
						}
						kept = found
						_ = cut.Versions(owner)
					}
				})
				for _, r := range kept { // outside the lock
					_ = r.Content + r.Type
				}
				if _, _, err := s.List(z.ID, zone.Query{Limit: 3, Offset: 1}); err != nil {
					t.Error(err)
				}
				_, _ = s.Snapshot()
			}
		})
	}
	writers.Wait()
	stop()
	readers.Wait()
	if n := s.Len(z.ID); n != 0 {
		t.Errorf("%d records are left", n)
	}
	s.Read(func(v zone.View) {
		cut, _ := v.ByID(z.ID)
		if cut.Exists("w1.example.com") {
			t.Error("an empty non-terminal outlived its names")
		}
	})
}
