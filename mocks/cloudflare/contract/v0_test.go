package contract_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/cloudflare/cloudflare-go"

	"github.com/edgeproof/edgeproof/mocks/zone"
)

func (w *world) v0(token string) *cloudflare.API {
	w.t.Helper()
	c, err := cloudflare.NewWithAPIToken(token, cloudflare.BaseURL(w.base()), cloudflare.HTTPClient(w.http.Client()),
		cloudflare.UsingRetryPolicy(0, 0, 0), cloudflare.UsingRateLimit(1000))
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

func TestV0Records(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, rc := w.v0(tokenValue), cloudflare.ZoneIdentifier(w.zoneID())
	made, err := c.CreateDNSRecord(t.Context(), rc, cloudflare.CreateDNSRecordParams{
		Type: "A", Name: "www.example.com", Content: "192.0.2.1", TTL: 300, Proxied: cloudflare.BoolPtr(false),
	})
	if err != nil || made.TTL != 300 || made.CreatedOn.IsZero() {
		t.Fatal(made, err)
	}
	updated, err := c.UpdateDNSRecord(t.Context(), rc, cloudflare.UpdateDNSRecordParams{
		ID: made.ID, Content: "192.0.2.2", Comment: cloudflare.StringPtr("by v0"), Tags: []string{"team:edge"},
	})
	if err != nil || updated.Content != "192.0.2.2" || updated.TTL != 300 || updated.Comment != "by v0" {
		t.Error(updated, err)
	}
	got, err := c.GetDNSRecord(t.Context(), rc, made.ID)
	if err != nil || got.Name != "www.example.com" {
		t.Error(got, err)
	}
	if err := c.DeleteDNSRecord(t.Context(), rc, made.ID); err != nil {
		t.Error(err)
	}
	if n := w.store.Len(w.zone.ID); n != 0 {
		t.Errorf("%d records are left", n)
	}
}

// The old client trusts result_info and asks for exactly total_pages.
func TestV0PagesByResultInfo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill(250)
	for i := range 60 {
		w.addZone(fmt.Sprintf("z%d.example.org", i), zone.Free())
	}
	c := w.v0(tokenValue)
	found, info, err := c.ListDNSRecords(t.Context(), cloudflare.ZoneIdentifier(w.zoneID()), cloudflare.ListDNSRecordsParams{Type: "A"})
	if err != nil || len(found) != 250 || info.Total != 250 || info.TotalPages != 3 {
		t.Errorf("%d records, %+v, %v", len(found), info, err)
	}
	zones, err := c.ListZones(t.Context())
	if err != nil || len(zones) != 61 {
		t.Errorf("%d zones, %v", len(zones), err)
	}
	named, err := c.ListZones(t.Context(), "example.com")
	if err != nil || len(named) != 1 {
		t.Errorf("%d zones, %v", len(named), err)
	}
	id, err := c.ZoneIDByName("example.com")
	if err != nil || id != w.zoneID() {
		t.Error(id, err)
	}
}

func TestV0ZonesAndTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.admin()
	c := w.v0(tokenValue)
	made, err := c.CreateZone(t.Context(), "example.net", false, cloudflare.Account{ID: zone.DefaultAccount().ID.String()}, "full")
	if err != nil || made.Status != "pending" {
		t.Fatal(made, err)
	}
	if paused, err := c.ZoneSetPaused(t.Context(), made.ID, true); err != nil || !paused.Paused {
		t.Error(paused, err)
	}
	if details, err := c.ZoneDetails(t.Context(), made.ID); err != nil || details.Plan.LegacyID != "free" {
		t.Error(details, err)
	}
	if _, err := c.ZoneActivationCheck(t.Context(), made.ID); err != nil {
		t.Error(err)
	}
	if deleted, err := c.DeleteZone(t.Context(), made.ID); err != nil || deleted.ID != made.ID {
		t.Error(deleted, err)
	}

	groups, err := c.ListAPITokensPermissionGroups(t.Context())
	if err != nil || len(groups) == 0 {
		t.Fatal(groups, err)
	}
	policy := cloudflare.APITokenPolicies{
		Effect: "allow", Resources: map[string]any{"com.cloudflare.api.account.zone.*": "*"}, PermissionGroups: groups[:1],
	}
	token, err := c.CreateAPIToken(t.Context(), cloudflare.APIToken{
		Name: "by v0", Policies: []cloudflare.APITokenPolicies{policy},
		Condition: &cloudflare.APITokenCondition{RequestIP: &cloudflare.APITokenRequestIPCondition{NotIn: []string{"127.0.0.0/8"}}},
	})
	if err != nil || token.Value == "" {
		t.Fatal(token, err)
	}
	if _, err := w.v0(token.Value).ListZones(t.Context()); err == nil {
		t.Error("the address filter of the token did not hold")
	}
	token.Condition, token.Status = nil, ""
	if _, err := c.UpdateAPIToken(t.Context(), token.ID, token); err != nil {
		t.Error(err)
	}
	if _, err := w.v0(token.Value).ListZones(t.Context()); err != nil {
		t.Error(err)
	}
	if rolled, err := c.RollAPIToken(t.Context(), token.ID); err != nil || rolled == token.Value {
		t.Error(rolled, err)
	}
	if got, err := c.GetAPIToken(t.Context(), token.ID); err != nil || got.Name != "by v0" || got.Value != "" {
		t.Error(got, err)
	}
	if list, err := c.APITokens(t.Context()); err != nil || len(list) != 2 {
		t.Error(list, err)
	}
	if verified, err := c.VerifyAPIToken(t.Context()); err != nil || verified.Status != "active" {
		t.Error(verified, err)
	}
	if err := c.DeleteAPIToken(t.Context(), token.ID); err != nil {
		t.Error(err)
	}
}

// The old client makes a type of error of each class of status.
func TestV0ErrorClasses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rc := cloudflare.ZoneIdentifier(w.zoneID())
	none := zone.NewID().String()
	var notFound *cloudflare.NotFoundError
	if _, err := w.v0(tokenValue).GetDNSRecord(t.Context(), rc, none); !errors.As(err, &notFound) || !notFound.InternalErrorCodeIs(81044) {
		t.Errorf("unknown record: %v", err)
	}
	// It calls 403 an authentication error and 401 an authorization error.
	var forbidden *cloudflare.AuthenticationError
	if _, err := w.v0(unknownToken).GetDNSRecord(t.Context(), rc, none); !errors.As(err, &forbidden) || !forbidden.InternalErrorCodeIs(10000) {
		t.Errorf("unknown token: %v", err)
	}
	var unauthorized *cloudflare.AuthorizationError
	if _, err := w.v0(unknownToken).VerifyAPIToken(t.Context()); !errors.As(err, &unauthorized) || !unauthorized.InternalErrorCodeIs(1000) {
		t.Errorf("verify of an unknown token: %v", err)
	}
	var request *cloudflare.RequestError
	_, err := w.v0(tokenValue).CreateDNSRecord(t.Context(), rc, cloudflare.CreateDNSRecordParams{Type: "A", Name: "x", Content: "x"})
	if !errors.As(err, &request) || !request.InternalErrorCodeIs(9005) {
		t.Errorf("bad content: %v", err)
	}
}

// Calls that are no business of this API fail as unknown routes do, and not by silence.
func TestV0CallsOutsideTheAPI(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.admin()
	c := w.v0(tokenValue)
	_, purge := c.PurgeEverything(t.Context(), w.zoneID())
	_, settings := c.ZoneSettings(t.Context(), w.zoneID())
	_, dnssec := c.ZoneDNSSECSetting(t.Context(), w.zoneID())
	_, plans := c.AvailableZonePlans(t.Context(), w.zoneID())
	_, ratePlans := c.AvailableZoneRatePlans(t.Context(), w.zoneID())
	_, ssl := c.ZoneSSLSettings(t.Context(), w.zoneID())
	for name, err := range map[string]error{"purge": purge, "settings": settings, "dnssec": dnssec, "plans": plans, "rate plans": ratePlans, "ssl": ssl} {
		var notFound *cloudflare.NotFoundError
		if !errors.As(err, &notFound) || !notFound.InternalErrorCodeIs(7003) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
