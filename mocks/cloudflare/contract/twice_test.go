package contract_test

import (
	"strings"
	"testing"

	"github.com/cloudflare/cloudflare-go/v7"
	"github.com/cloudflare/cloudflare-go/v7/zones"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// One name in two accounts, as when a domain moves: each client takes its own way, and not all of them the right one.
func TestAZoneTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if _, err := w.store.UpdateZone(w.zone.ID, func(z *api.Zone) { z.Status = api.ZoneMoved }); err != nil {
		t.Fatal(err)
	}
	account := api.Account{ID: api.NewID(), Name: "New Account"}
	fresh, err := w.store.AddZone(api.Zone{Name: "example.com", Account: account})
	if err != nil {
		t.Fatal(err)
	}

	c := w.v7(tokenValue)
	for name, tc := range map[string]struct {
		params zones.ZoneListParams
		ids    []string
	}{
		"by name": {zones.ZoneListParams{Name: cloudflare.F("example.com")}, []string{w.zoneID(), fresh.ID.String()}},
		"active": {zones.ZoneListParams{
			Name:   cloudflare.F("example.com"),
			Status: cloudflare.F(zones.ZoneListParamsStatusActive),
		}, []string{fresh.ID.String()}},
		"moved":   {zones.ZoneListParams{Status: cloudflare.F(zones.ZoneListParamsStatusMoved)}, []string{w.zoneID()}},
		"pending": {zones.ZoneListParams{Status: cloudflare.F(zones.ZoneListParamsStatusPending)}, nil},
		"account": {zones.ZoneListParams{Account: cloudflare.F(zones.ZoneListParamsAccount{Name: cloudflare.F("New Account")})}, []string{fresh.ID.String()}},
		"of either": {
			zones.ZoneListParams{
				Name:   cloudflare.F("other.test"),
				Status: cloudflare.F(zones.ZoneListParamsStatusActive), Match: cloudflare.F(zones.ZoneListParamsMatchAny),
			},
			[]string{fresh.ID.String()},
		},
	} {
		found, err := c.Zones.List(t.Context(), tc.params)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, z := range found.Result {
			ids = append(ids, z.ID)
		}
		if strings.Join(ids, " ") != strings.Join(tc.ids, " ") {
			t.Errorf("%s: %v, want %v", name, ids, tc.ids)
		}
	}
	if _, err := w.v0(tokenValue).ZoneIDByName("example.com"); err == nil || !strings.Contains(err.Error(), "ambiguous") {
		t.Errorf("the old client: %v", err)
	}
	// cert-manager takes the first, and that has moved: its proof is in a zone that no CA queries.
	if err := newSolver(t, "", "", tokenValue).Present(w.internet(), "", challenge, keyDigest); err != nil {
		t.Fatal(err)
	}
	if old, now := w.store.Len(w.zone.ID), w.store.Len(fresh.ID); old != 1 || now != 0 {
		t.Errorf("%d records in the zone that has moved, %d in the active one", old, now)
	}
	// A token for the new account's zone sees that alone.
	w.edit(func(k *api.Token) { k.Zones = []api.ID{fresh.ID} })
	if err := newSolver(t, "", "", tokenValue).Present(w.internet(), "", challenge, keyDigest); err != nil ||
		w.store.Len(fresh.ID) != 1 {
		t.Errorf("%d records, %v", w.store.Len(fresh.ID), err)
	}
}
