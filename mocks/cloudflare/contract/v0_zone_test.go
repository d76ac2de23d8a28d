package contract_test

import (
	"errors"
	"testing"

	"github.com/cloudflare/cloudflare-go"

	"github.com/edgeproof/edgeproof/mocks/zone"
)

// What is refused changes nothing, and what is taken can be read again.
func TestV0EditZone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.admin()
	c, id := w.v0(tokenValue), w.zoneID()
	if z, err := c.ZoneSetType(t.Context(), id, "full"); err != nil || z.Type != "full" {
		t.Error(z, err)
	}
	paused := true
	for name, edit := range map[string]func() (cloudflare.Zone, error){
		"another type": func() (cloudflare.Zone, error) { return c.ZoneSetType(t.Context(), id, "partial") },
		"no type":      func() (cloudflare.Zone, error) { return c.ZoneSetType(t.Context(), id, "half") },
		"name servers": func() (cloudflare.Zone, error) {
			return c.ZoneSetVanityNS(t.Context(), id, []string{"ns1.example.com", "ns2.example.com"})
		},
		"beside more": func() (cloudflare.Zone, error) {
			return c.EditZone(t.Context(), id, cloudflare.ZoneOptions{Paused: &paused, Type: "partial"})
		},
		"a new one": func() (cloudflare.Zone, error) {
			return c.CreateZone(t.Context(), "example.org", false, cloudflare.Account{}, "partial")
		},
	} {
		var refused *cloudflare.RequestError
		if _, err := edit(); !errors.As(err, &refused) || !refused.InternalErrorCodeIs(1086) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if z, err := c.ZoneDetails(t.Context(), id); err != nil || z.Type != "full" || z.Paused || len(z.VanityNS) != 0 {
		t.Error(z, err)
	}
	if found := w.store.ZonesNamed("example.org"); len(found) != 0 {
		t.Errorf("made %v", found)
	}
	if z, err := c.EditZone(t.Context(), id, cloudflare.ZoneOptions{Paused: &paused}); err != nil || !z.Paused {
		t.Error(z, err)
	}
}

// A plan is a subscription: made once, then changed. In an edit of the zone it does nothing.
func TestV0Plans(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.admin()
	c := w.v0(tokenValue)
	free := w.addZone("free.example", zone.Free())
	id := free.ID.String()
	plan := func() string {
		t.Helper()
		z, err := c.ZoneDetails(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return z.Plan.LegacyID
	}
	pro := &cloudflare.ZonePlan{LegacyID: "pro"}
	if _, err := c.EditZone(t.Context(), id, cloudflare.ZoneOptions{Plan: pro}); err != nil || plan() != "free" {
		t.Errorf("plan %s, %v", plan(), err)
	}
	var none *cloudflare.NotFoundError
	if err := c.ZoneUpdatePlan(t.Context(), id, "CF_PRO"); !errors.As(err, &none) || !none.InternalErrorCodeIs(1207) {
		t.Errorf("update of a plan that is not there: %v", err)
	}
	var unknown *cloudflare.RequestError
	if err := c.ZoneSetPlan(t.Context(), id, "CF_BIZ"); !errors.As(err, &unknown) || !unknown.InternalErrorCodeIs(1204) {
		t.Errorf("a plan that is not known: %v", err)
	}
	if err := c.ZoneSetPlan(t.Context(), id, "CF_PRO"); err != nil || plan() != "pro" {
		t.Errorf("plan %s, %v", plan(), err)
	}
	if err := c.ZoneUpdatePlan(t.Context(), id, "CF_ENT"); err != nil || plan() != "enterprise" {
		t.Errorf("plan %s, %v", plan(), err)
	}
	if err := c.ZoneUpdatePlan(t.Context(), id, "CF_FREE"); err != nil || plan() != "free" {
		t.Errorf("plan %s, %v", plan(), err)
	}
}
