package zone_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

// The index against a sorted slice: random writes, then every page of every type, both ways.
func TestPagesAgreeWithASortedList(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Plan{LegacyID: "test"})
	random := rand.New(rand.NewPCG(1, 2))
	type entry struct {
		*zone.Record
		age int
	}
	var model []entry
	for i := range 6000 {
		if len(model) > 0 && random.IntN(4) == 0 {
			at := random.IntN(len(model))
			if _, err := w.Delete(w.zone.ID, model[at].ID); err != nil {
				t.Fatal(err)
			}
			model = slices.Delete(model, at, at+1)
			continue
		}
		c := zone.Draft(fmt.Sprintf("n%d", random.IntN(900)), "A", fmt.Sprintf("192.0.%d.%d", i/250, i%250))
		if random.IntN(3) == 0 {
			c = zone.Draft(fmt.Sprintf("n%d", random.IntN(900)), "TXT", fmt.Sprint(i))
		}
		model = append(model, entry{w.add(c), i})
	}
	slices.SortFunc(model, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Name, b.Name), cmp.Compare(b.age, a.age))
	})
	for _, typ := range []string{"", "A", "TXT", "MX"} {
		var want []*zone.Record
		for _, e := range model {
			if typ == "" || e.Type == typ {
				want = append(want, e.Record)
			}
		}
		for _, descending := range []bool{false, true} {
			var got []*zone.Record
			for offset := 0; ; offset += 97 {
				page, total, err := w.List(w.zone.ID, zone.Query{Type: typ, Offset: offset, Limit: 97, Descending: descending})
				if err != nil || total != len(want) {
					t.Fatalf("type %q: total %d, want %d (%v)", typ, total, len(want), err)
				}
				if len(page) == 0 {
					break
				}
				got = append(got, page...)
			}
			if descending {
				slices.Reverse(got)
			}
			if !slices.Equal(got, want) {
				t.Errorf("type %q, descending %t: the pages do not agree", typ, descending)
			}
		}
	}
}

func TestFilters(t *testing.T) {
	t.Parallel()
	w := newWorld(t, zone.Pro())
	w.add(with(zone.Draft("a", "A", "192.0.2.1"), func(c *zone.Change) {
		c.Comment, c.Tags, c.Proxied = ptr("Edge team"), &[]string{"team:edge", "owner"}, ptr(true)
	}))
	w.add(with(zone.Draft("b", "A", "192.0.2.2"), func(c *zone.Change) {
		c.TTL, c.Tags = ptr(300),
			&[]string{"team:core"}
	}))
	w.add(zone.Draft("b", "TXT", "Value"))
	for name, tc := range map[string]struct {
		query zone.Query
		want  string
	}{
		"comment present":  {zone.Query{Comment: zone.Match{Present: true}}, "[a A]"},
		"comment absent":   {zone.Query{Comment: zone.Match{Absent: true}, Type: "A"}, "[b A]"},
		"comment contains": {zone.Query{Comment: zone.Match{Contains: "TEAM"}}, "[a A]"},
		"tag":              {zone.Query{Tags: []zone.TagMatch{{Name: "Team"}}}, "[a A b A]"},
		"tag and value":    {zone.Query{Tags: []zone.TagMatch{{Name: "team", Value: zone.Match{Exact: "CORE"}}}}, "[b A]"},
		"tag's value": {
			zone.Query{Tags: []zone.TagMatch{{Name: "team", Value: zone.Match{StartsWith: "ed"}}}},
			"[a A]",
		},
		"no such tag": {zone.Query{Tags: []zone.TagMatch{{Name: "owner", Absent: true}}}, "[b A b TXT]"},
		"all tags":    {zone.Query{Tags: []zone.TagMatch{{Name: "team"}, {Name: "owner"}}}, "[a A]"},
		"any tag": {zone.Query{Tags: []zone.TagMatch{
			{Name: "team", Value: zone.Match{EndsWith: "ore"}},
			{Name: "owner"},
		}, AnyTag: true}, "[a A b A]"},
		"search in tags":     {zone.Query{Search: "core"}, "[b A]"},
		"search and any":     {zone.Query{Search: "core", Any: true, Type: "TXT", Proxied: ptr(false)}, "[b A]"},
		"content's case":     {zone.Query{Content: zone.Match{Exact: "value"}}, "[b TXT]"},
		"content's quotes":   {zone.Query{Content: zone.Match{Exact: `"Value"`}}, "[]"},
		"order by TTL, desc": {zone.Query{Type: "A", Order: "ttl", Descending: true}, "[b A a A]"},
		"order by proxied":   {zone.Query{Order: "proxied", Descending: true, Limit: 1}, "[a A]"},
		"any of two":         {zone.Query{Any: true, Type: "TXT", Proxied: ptr(true)}, "[a A b TXT]"},
		"beyond the end":     {zone.Query{Offset: 10, Limit: 5}, "[]"},
	} {
		page, _, err := w.List(w.zone.ID, tc.query)
		if err != nil {
			t.Fatal(err)
		}
		got := []string{}
		for _, r := range page {
			got = append(got, r.Name[:1]+" "+r.Type)
		}
		if fmt.Sprint(got) != tc.want {
			t.Errorf("%s: %v, want %s", name, got, tc.want)
		}
	}
}
