package zone_test

import (
	"encoding/json"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

func TestTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t, zone.Free())
	k, value, err := w.AddToken(api.Token{Permissions: api.EditDNS(), Zones: []api.ID{w.zone.ID}}, "")
	if err != nil || len(value) != 40 || k.Fingerprint != api.Fingerprint(value) {
		t.Fatalf("%+v %q %v", k, value, err)
	}
	if got, ok := w.TokenFor(value); !ok || got.ID != k.ID {
		t.Error("the token is not found by its value")
	}
	if !k.May(api.ZoneRead) || !k.May(api.DNSRead) || k.May(api.ZoneEdit) || !k.Covers(w.zone.ID) ||
		k.Covers(api.NewID()) {
		t.Error("permissions or scope do not hold")
	}
	if _, _, err := w.AddToken(api.Token{}, value); err == nil || strings.Contains(err.Error(), value) {
		t.Errorf("the same value again: %v", err)
	}
	rolled, err := w.RollToken(k.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := w.TokenFor(value); ok {
		t.Error("the old value is still accepted")
	}
	if got, ok := w.TokenFor(rolled); !ok || got.ID != k.ID {
		t.Error("the new value does not work")
	}
	if err := w.RemoveToken(k.ID); err != nil {
		t.Fatal(err)
	}
	if _, ok := w.TokenFor(rolled); ok || len(w.Tokens()) != 0 {
		t.Error("the removed token is still accepted")
	}
}

func TestTokenTimesAndPlaces(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	later := now.Add(time.Hour)
	for name, tc := range map[string]struct {
		token  api.Token
		status api.TokenStatus
		usable bool
	}{
		"active":      {api.Token{Status: api.TokenActive}, api.TokenActive, true},
		"disabled":    {api.Token{Status: api.TokenDisabled}, api.TokenDisabled, false},
		"expires now": {api.Token{Status: api.TokenActive, Expires: &now}, api.TokenExpired, false},
		"expires":     {api.Token{Status: api.TokenActive, Expires: &later}, api.TokenActive, true},
		"starts now":  {api.Token{Status: api.TokenActive, NotBefore: &now}, api.TokenActive, true},
		"starts":      {api.Token{Status: api.TokenActive, NotBefore: &later}, api.TokenActive, false},
	} {
		if tc.token.StatusAt(now) != tc.status || tc.token.UsableAt(now) != tc.usable {
			t.Errorf("%s: %s, usable %t", name, tc.token.StatusAt(now), tc.token.UsableAt(now))
		}
	}
	place := api.Token{
		AllowFrom: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")},
		DenyFrom:  []netip.Prefix{netip.MustParsePrefix("192.0.2.128/25")},
	}
	for addr, want := range map[string]bool{
		"192.0.2.1": true, "192.0.2.200": false, "198.51.100.1": false,
		"::ffff:192.0.2.1": true,
	} {
		if place.AcceptsFrom(netip.MustParseAddr(addr)) != want {
			t.Errorf("%s: want %t", addr, want)
		}
	}
}

func TestUsers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, zone.Free())
	for _, key := range []string{"first-key", "second-key"} {
		if _, err := w.AddUser("Owner@example.com", key); err != nil {
			t.Fatal(err)
		}
	}
	if _, ok := w.UserFor("owner@example.com", "first-key"); ok {
		t.Error("the replaced key works")
	}
	if _, ok := w.UserFor("owner@example.com", "second-key"); !ok || len(w.Users()) != 1 {
		t.Error("the new key does not work")
	}
	if _, err := w.AddUser("", "key"); err == nil {
		t.Error("a user without an address")
	}
}

func TestStateThereAndBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, zone.Pro())
	w.add(zone.Draft("a", "A", "192.0.2.1"))
	w.add(zone.Draft("a", "A", "192.0.2.2"))
	w.add(with(zone.Draft("m", "MX", "mx.example.net"),
		func(c *zone.Change) { c.Priority, c.Comment, c.Tags = ptr(uint16(5)), ptr("c"), &[]string{"a:b"} }))
	w.add(zone.Change{
		Name: ptr("@"), Type: ptr("CAA"),
		Data: map[string]any{"flags": 0.0, "tag": "issue", "value": "letsencrypt.org"},
	})
	_, value, err := w.AddToken(api.Token{Permissions: api.EditDNS()}, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.AddUser("a@example.com", "the-global-key"); err != nil {
		t.Fatal(err)
	}
	state, _ := w.Snapshot()
	file, err := json.Marshal(state)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{value, "the-global-key"} {
		if strings.Contains(string(file), secret) {
			t.Errorf("the state holds the secret %s", api.Fingerprint(secret))
		}
	}
	var read zone.State
	if err := json.Unmarshal(file, &read); err != nil {
		t.Fatal(err)
	}
	other := zone.New(zone.Options{})
	if err := other.Restore(&read); err != nil {
		t.Fatal(err)
	}
	again, _ := other.Snapshot()
	equal(t, again, state)
	if _, ok := other.TokenFor(value); !ok {
		t.Error("the token's value does not work any more")
	}
	if _, ok := other.UserFor("a@example.com", "the-global-key"); !ok {
		t.Error("the global key does not work any more")
	}
	want, got := all(t, w), all(t, &world{Store: other, zone: w.zone, t: t})
	equal(t, got, want)
}

func TestForeignStateIsRefused(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*zone.State){
		"version":      func(s *zone.State) { s.Version = 2 },
		"zone twice":   func(s *zone.State) { s.Zones = append(s.Zones, s.Zones[0]) },
		"record twice": func(s *zone.State) { s.Zones[0].Records = append(s.Zones[0].Records, s.Zones[0].Records[0]) },
		"no record":    func(s *zone.State) { s.Zones[0].Records[0] = nil },
		"foreign name": func(s *zone.State) { r := *s.Zones[0].Records[0]; r.Name = "a.example.net"; s.Zones[0].Records[0] = &r },
		"unknown type": func(s *zone.State) { r := *s.Zones[0].Records[0]; r.Type = "X"; s.Zones[0].Records[0] = &r },
		"bad content":  func(s *zone.State) { r := *s.Zones[0].Records[0]; r.Content = "x"; s.Zones[0].Records[0] = &r },
		"digest":       func(s *zone.State) { s.Tokens[0].SHA256 = "00" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, zone.Free())
			w.add(zone.Draft("a", "A", "192.0.2.1"))
			if _, _, err := w.AddToken(api.Token{}, ""); err != nil {
				t.Fatal(err)
			}
			state, version := w.Snapshot()
			spoil(state)
			if err := w.Restore(state); err == nil {
				t.Error("the state was accepted")
			}
			if w.Version() != version || w.Len(w.zone.ID) != 1 {
				t.Error("the refused state changed the store")
			}
		})
	}
}
