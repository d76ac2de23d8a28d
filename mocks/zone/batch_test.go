package zone_test

import (
	"slices"
	"testing"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

func TestBatchOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t, zone.Free())
	a := w.add(zone.Draft("a", "A", "192.0.2.1"))
	b := w.add(with(zone.Draft("b", "A", "192.0.2.2"),
		func(c *zone.Change) { c.TTL, c.Comment = ptr(300), ptr("kept by a patch") }))
	// The delete frees the name for the post's CNAME, although it stands later in any body.
	out, err := w.Apply(w.zone.ID, zone.Batch{
		Posts:   []zone.Change{zone.Draft("a", "CNAME", "t.example.net")},
		Puts:    []zone.Change{with(zone.Draft("b", "A", "192.0.2.4"), func(c *zone.Change) { c.ID = b.ID })},
		Patches: []zone.Change{{ID: b.ID, Content: ptr("192.0.2.3")}},
		Deletes: []api.ID{a.ID},
	})
	if err != nil {
		t.Fatal(err)
	}
	patched, put := out.Patches[0], out.Puts[0]
	if patched.Content != "192.0.2.3" || patched.TTL != 300 || patched.Comment == "" {
		t.Errorf("a patch must keep what it does not name: %+v", patched)
	}
	if put.Content != "192.0.2.4" || put.TTL != 1 || put.Comment != "" || !put.Created.Equal(b.Created) {
		t.Errorf("a put must reset what it does not name: %+v", put)
	}
	if out.Deletes[0].Content != "192.0.2.1" || out.Posts[0].Type != "CNAME" {
		t.Errorf("outcome %+v", out)
	}
}

func TestBatchIsAllOrNothing(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		spoil func(*zone.Batch)
		code  int
	}{
		"unknown delete": {func(b *zone.Batch) { b.Deletes = append(b.Deletes, api.NewID()) }, zone.CodeRecordUnknown},
		"bad patch":      {func(b *zone.Batch) { b.Patches[0].TTL = ptr(5) }, zone.CodeTTL},
		"bad post": {func(b *zone.Batch) {
			b.Posts = append(b.Posts, zone.Draft("x", "A", "nonsense"), zone.Draft("", "A", "192.0.2.1"))
		}, zone.CodeContentA},
		"conflict in the batch": {func(b *zone.Batch) { b.Posts = append(b.Posts, b.Posts[0]) }, zone.CodeIdentical},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, zone.Free())
			one := w.add(zone.Draft("one.deep", "A", "192.0.2.1"))
			two := w.add(zone.Draft("two", "A", "192.0.2.2"))
			three := w.add(zone.Draft("two", "TXT", "v"))
			before := all(t, w)
			b := zone.Batch{
				Deletes: []api.ID{one.ID, three.ID},
				Patches: []zone.Change{{ID: two.ID, Name: ptr("moved"), Comment: ptr("c")}},
				Posts:   []zone.Change{zone.Draft("new.deep", "A", "192.0.2.3")},
			}
			tc.spoil(&b)
			if _, err := w.Apply(w.zone.ID, b); codeOf(err) != tc.code {
				t.Errorf("err = %v, want code %d", err, tc.code)
			}
			if after := all(t, w); !slices.Equal(after, before) {
				t.Errorf("the refused batch left a trace: %v, before %v", after, before)
			}
			w.Read(func(v zone.View) {
				cut, _ := v.ByID(w.zone.ID)
				if !cut.Exists("deep.example.com") || cut.Exists("moved.example.com") ||
					len(cut.Versions("two.example.com")) != 2 {
					t.Error("the refused batch left a trace in the names")
				}
			})
		})
	}
}

// all lists the records by pointer, which an undone change must restore.
func all(t *testing.T, w *world) []*zone.Record {
	t.Helper()
	found, _, err := w.List(w.zone.ID, zone.Query{})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestQuota(t *testing.T) {
	t.Parallel()
	plan := zone.Free()
	plan.MaxRecords, plan.MaxBatch = 2, 2
	w := newWorld(t, plan)
	first := w.add(zone.Draft("a", "A", "192.0.2.1"))
	w.add(zone.Draft("b", "A", "192.0.2.1"))
	if _, err := w.Create(w.zone.ID, zone.Draft("c", "A", "192.0.2.1")); codeOf(err) != zone.CodeQuota {
		t.Errorf("err = %v", err)
	}
	if _, err := w.Apply(w.zone.ID, zone.Batch{
		Deletes: []api.ID{first.ID},
		Posts:   []zone.Change{zone.Draft("c", "A", "192.0.2.1")},
	}); err != nil {
		t.Errorf("a batch that makes room: %v", err)
	}
	if err := zone.CheckBatch(w.zone, 3); codeOf(err) != zone.CodeBatchLimit {
		t.Errorf("err = %v", err)
	}
	if err := zone.CheckBatch(w.zone, 2); err != nil {
		t.Error(err)
	}
}

func TestUpdateRules(t *testing.T) {
	t.Parallel()
	w := newWorld(t, zone.Pro())
	a := w.add(zone.Draft("a", "A", "192.0.2.1"))
	w.add(zone.Draft("b", "CNAME", "t.example.net"))
	for _, tc := range []struct {
		name   string
		change zone.Change
		code   int
	}{
		{"type", zone.Change{Type: ptr("AAAA"), Content: ptr("2001:db8::1")}, zone.CodeTypeChange},
		{"onto a CNAME", zone.Change{Name: ptr("b")}, zone.CodeCNAMEExists},
		{"same again", zone.Change{Content: ptr("192.0.2.1")}, 0},
		{"proxied", zone.Change{Proxied: ptr(true)}, 0},
		{"private while proxied", zone.Change{Content: ptr("10.0.0.1")}, zone.CodeTargetPrivate},
		{"comment and a tag", zone.Change{Comment: ptr("x"), Tags: &[]string{"a:b"}}, 0},
		{"bad tag", zone.Change{Tags: &[]string{"a b"}}, zone.CodeTagInvalid},
	} {
		if _, err := w.Patch(w.zone.ID, a.ID, tc.change); codeOf(err) != tc.code {
			t.Errorf("%s: err = %v, want code %d", tc.name, err, tc.code)
		}
	}
	got, err := w.Record(w.zone.ID, a.ID)
	if err != nil || !got.Proxied || got.Comment != "x" || got.CommentModified == nil || got.TagsModified == nil {
		t.Errorf("%+v, %v", got, err)
	}
}
