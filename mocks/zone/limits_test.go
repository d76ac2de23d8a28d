package zone_test

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

// What each plan allows, at its edge: the last that is taken and the first that is not.
func TestPlans(t *testing.T) {
	t.Parallel()
	a := func(edit func(*zone.Change)) zone.Change { return with(zone.Draft("a", "A", "192.0.2.1"), edit) }
	ttl := func(n int) zone.Change { return a(func(c *zone.Change) { c.TTL = &n }) }
	comment := func(n int) zone.Change { return a(func(c *zone.Change) { c.Comment = ptr(strings.Repeat("c", n)) }) }
	tags := func(tags ...string) zone.Change { return a(func(c *zone.Change) { c.Tags = &tags }) }
	for name, tc := range map[string]struct {
		plan   api.Plan
		change zone.Change
		code   int // 0 is taken
	}{
		"free: TTL":               {zone.Free(), ttl(60), 0},
		"free: short TTL":         {zone.Free(), ttl(59), zone.CodeTTL},
		"enterprise: TTL":         {zone.Enterprise(), ttl(30), 0},
		"enterprise: short TTL":   {zone.Enterprise(), ttl(29), zone.CodeTTL},
		"enterprise: longest TTL": {zone.Enterprise(), ttl(86400), 0},
		"free: comment":           {zone.Free(), comment(100), 0},
		"free: long comment":      {zone.Free(), comment(101), zone.CodeComment},
		"pro: comment":            {zone.Pro(), comment(500), 0},
		"pro: long comment":       {zone.Pro(), comment(501), zone.CodeComment},
		"pro: tags":               {zone.Pro(), tags(slices.Repeat([]string{"a:b"}, 20)...), 0},
		"pro: many tags":          {zone.Pro(), tags(slices.Repeat([]string{"a:b"}, 21)...), zone.CodeTags},
		"pro: name of a tag":      {zone.Pro(), tags(strings.Repeat("n", 32) + ":v"), 0},
		"pro: long name":          {zone.Pro(), tags(strings.Repeat("n", 33) + ":v"), zone.CodeTagInvalid},
		"pro: value of a tag":     {zone.Pro(), tags("n:" + strings.Repeat("é", 100)), 0},
		"pro: long value":         {zone.Pro(), tags("n:" + strings.Repeat("é", 101)), zone.CodeTagInvalid},
	} {
		w := newWorld(t, tc.plan)
		if _, err := w.Create(w.zone.ID, tc.change); codeOf(err) != tc.code || tc.code == 0 && err != nil {
			t.Errorf("%s: %v, want code %d", name, err, tc.code)
		}
	}
}

// Records and batches of the free plan and of a paid one [DOC].
func TestPlanNumbers(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		plan           api.Plan
		records, batch int
	}{{zone.Free(), 200, 200}, {zone.Pro(), 3500, 3500}} {
		w := newWorld(t, tc.plan)
		for i := range tc.records {
			w.add(zone.Draft(fmt.Sprintf("n%d", i), "A", "192.0.2.1"))
		}
		if _, err := w.Create(w.zone.ID, zone.Draft("more", "A", "192.0.2.1")); codeOf(err) != zone.CodeQuota {
			t.Errorf("%s: record %d: %v", tc.plan.Name, tc.records+1, err)
		}
		if err := zone.CheckBatch(w.zone, tc.batch); err != nil {
			t.Errorf("%s: %v", tc.plan.Name, err)
		}
		if err := zone.CheckBatch(w.zone, tc.batch+1); codeOf(err) != zone.CodeBatchLimit {
			t.Errorf("%s: a batch of %d: %v", tc.plan.Name, tc.batch+1, err)
		}
	}
}

// Nothing that clients can make grows without end.
func TestNumbersAreBounded(t *testing.T) {
	t.Parallel()
	s := zone.New(zone.Options{})
	fill := func(most int, add func(i int) error) error {
		t.Helper()
		for i := range most {
			if err := add(i); err != nil {
				t.Fatalf("%d of %d: %v", i+1, most, err)
			}
		}
		return add(most)
	}
	err := fill(10_000, func(i int) error {
		_, err := s.AddZone(api.Zone{Name: fmt.Sprintf("z%05d.test", i)})
		return err
	})
	if codeOf(err) != zone.CodeZoneLimit {
		t.Errorf("zones: %v", err)
	}
	err = fill(1000, func(int) error {
		_, _, err := s.AddToken(api.Token{}, "")
		return err
	})
	if codeOf(err) != zone.CodeTokenLimit {
		t.Errorf("tokens: %v", err)
	}
	err = fill(1000, func(i int) error {
		_, err := s.AddUser(fmt.Sprintf("u%d@example.com", i), "key")
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "1000 already") {
		t.Errorf("users: %v", err)
	}
	if _, err := s.AddUser("u7@example.com", "another key"); err != nil {
		t.Errorf("another key for a user that is there: %v", err)
	}
}

func TestTokensAreBounded(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		token api.Token
		taken bool
	}{
		"name":          {api.Token{Name: strings.Repeat("é", 120)}, true},
		"long name":     {api.Token{Name: strings.Repeat("é", 121)}, false},
		"zones":         {api.Token{Zones: make([]api.ID, 1000)}, true},
		"many zones":    {api.Token{Zones: make([]api.ID, 1001)}, false},
		"many networks": {api.Token{DenyFrom: make([]netip.Prefix, 1001)}, false},
	} {
		s := zone.New(zone.Options{})
		_, _, added := s.AddToken(tc.token, "")
		k, _, err := s.AddToken(api.Token{Name: "before"}, "")
		if err != nil {
			t.Fatal(err)
		}
		_, updated := s.UpdateToken(k.ID, func(k *api.Token) {
			k.Name, k.Zones, k.DenyFrom = tc.token.Name, tc.token.Zones,
				tc.token.DenyFrom
		})
		for how, err := range map[string]error{"add": added, "update": updated} {
			var refused *zone.APIError
			if tc.taken != (err == nil) || err != nil && !errors.As(err, &refused) {
				t.Errorf("%s, %s: %v", name, how, err)
			}
		}
	}
}

// The key and the tokens of the first user are one user's, whatever becomes of the key.
func TestUsersKeepTheirID(t *testing.T) {
	t.Parallel()
	s := zone.New(zone.Options{})
	add := func(email, key string) api.ID {
		t.Helper()
		u, err := s.AddUser(email, key)
		if err != nil {
			t.Fatal(err)
		}
		return u.ID
	}
	first, second := add("first@example.com", "one"), add("second@example.com", "two")
	if first != zone.DefaultUser() || second == first {
		t.Errorf("first %s, second %s, the tokens' owner %s", first, second, zone.DefaultUser())
	}
	if add("First@example.com", "three") != first || add("second@example.com", "four") != second {
		t.Error("with another key it is another user")
	}
	if users := s.Users(); len(users) != 2 || users[0].ID != first {
		t.Errorf("users %v", users)
	}
}
