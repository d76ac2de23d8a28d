package contract_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/cloudflare/cloudflare-go/v5"
	"github.com/cloudflare/cloudflare-go/v5/accounts"
	"github.com/cloudflare/cloudflare-go/v5/dns"
	"github.com/cloudflare/cloudflare-go/v5/shared"
	"github.com/cloudflare/cloudflare-go/v5/user"
	"github.com/cloudflare/cloudflare-go/v5/zones"

	"github.com/edgeproof/edgeproof/mocks/zone"
)

func TestV5ZoneCalls(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.admin()
	c := w.v5(tokenValue)
	made, err := c.Zones.New(t.Context(), zones.ZoneNewParams{
		Name: cloudflare.F("example.net"), Account: cloudflare.F(zones.ZoneNewParamsAccount{ID: cloudflare.F(zone.DefaultAccount().ID.String())}),
	})
	if err != nil || made.Status != zones.ZoneStatusPending {
		t.Fatal(made, err)
	}
	if edited, err := c.Zones.Edit(t.Context(), zones.ZoneEditParams{ZoneID: cloudflare.F(made.ID), Paused: cloudflare.F(true)}); err != nil || !edited.Paused {
		t.Error(edited, err)
	}
	if found, err := c.Zones.List(t.Context(), zones.ZoneListParams{Name: cloudflare.F("example.net")}); err != nil || len(found.Result) != 1 {
		t.Error(found, err)
	}
	if _, err := c.Zones.ActivationCheck.Trigger(t.Context(), zones.ActivationCheckTriggerParams{ZoneID: cloudflare.F(made.ID)}); err != nil {
		t.Error(err)
	}
	if gone, err := c.Zones.Delete(t.Context(), zones.ZoneDeleteParams{ZoneID: cloudflare.F(made.ID)}); err != nil || gone.ID != made.ID {
		t.Error(gone, err)
	}
}

func TestV5ZoneFilesAndScan(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, id := w.v5(tokenValue), cloudflare.F(w.zoneID())
	imported, err := c.DNS.Records.Import(t.Context(), dns.RecordImportParams{ZoneID: id, File: cloudflare.F(zoneFile), Proxied: cloudflare.F("false")})
	if err != nil || imported.RecsAdded != 7 {
		t.Error(imported, err)
	}
	if text, err := c.DNS.Records.Export(t.Context(), dns.RecordExportParams{ZoneID: id}); err != nil || len(*text) == 0 {
		t.Error(text, err)
	}
	_, err = c.DNS.Records.Scan(t.Context(), dns.RecordScanParams{ZoneID: id, Body: map[string]any{}})
	var refused *cloudflare.Error
	if !errors.As(err, &refused) || refused.StatusCode != http.StatusNotFound || refused.Errors[0].Code != 7003 {
		t.Errorf("a scan, which the fake has not: %v", err)
	}
}

func TestV5TokenCalls(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.admin()
	c := w.v5(tokenValue)
	groups, err := c.User.Tokens.PermissionGroups.List(t.Context(), user.TokenPermissionGroupListParams{})
	if err != nil || len(groups.Result) == 0 {
		t.Fatal(groups, err)
	}
	policies := v5Policies(groups.Result[0].ID)
	made, err := c.User.Tokens.New(t.Context(), user.TokenNewParams{Name: cloudflare.F("one"), Policies: cloudflare.F(policies)})
	if err != nil || made.Value == "" {
		t.Fatal(made, err)
	}
	updated, err := c.User.Tokens.Update(t.Context(), made.ID, user.TokenUpdateParams{Token: shared.TokenParam{Name: cloudflare.F("two"), Policies: cloudflare.F(policies)}})
	if err != nil || updated.Name != "two" {
		t.Error(updated, err)
	}
	if got, err := c.User.Tokens.Get(t.Context(), made.ID); err != nil || got.Name != "two" {
		t.Error(got, err)
	}
	n := 0
	for pages := c.User.Tokens.ListAutoPaging(t.Context(), user.TokenListParams{}); pages.Next(); {
		n++
	}
	if n != 2 {
		t.Errorf("%d tokens", n)
	}
	if rolled, err := c.User.Tokens.Value.Update(t.Context(), made.ID, user.TokenValueUpdateParams{Body: map[string]any{}}); err != nil || *rolled == made.Value {
		t.Error(rolled, err)
	}
	if gone, err := c.User.Tokens.Delete(t.Context(), made.ID); err != nil || gone.ID != made.ID {
		t.Error(gone, err)
	}
}

func TestV5AccountTokenCalls(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := zone.DefaultAccount().ID
	w.edit(func(k *zone.Token) { k.Permissions, k.Account = zone.Permissions(), account })
	c, id := w.v5(tokenValue), cloudflare.F(account.String())
	groups, err := c.Accounts.Tokens.PermissionGroups.List(t.Context(), accounts.TokenPermissionGroupListParams{AccountID: id})
	if err != nil || len(groups.Result) == 0 {
		t.Fatal(groups, err)
	}
	if again, err := c.Accounts.Tokens.PermissionGroups.Get(t.Context(), accounts.TokenPermissionGroupGetParams{AccountID: id}); err != nil || len(*again) != len(groups.Result) {
		t.Error(again, err)
	}
	policies := v5Policies(groups.Result[0].ID)
	made, err := c.Accounts.Tokens.New(t.Context(), accounts.TokenNewParams{AccountID: id, Name: cloudflare.F("one"), Policies: cloudflare.F(policies)})
	if err != nil || made.Value == "" {
		t.Fatal(made, err)
	}
	if verified, err := w.v5(made.Value).Accounts.Tokens.Verify(t.Context(), accounts.TokenVerifyParams{AccountID: id}); err != nil || verified.ID != made.ID {
		t.Error(verified, err)
	}
	updated, err := c.Accounts.Tokens.Update(t.Context(), made.ID, accounts.TokenUpdateParams{AccountID: id, Token: shared.TokenParam{Name: cloudflare.F("two"), Policies: cloudflare.F(policies)}})
	if err != nil || updated.Name != "two" {
		t.Error(updated, err)
	}
	if got, err := c.Accounts.Tokens.Get(t.Context(), made.ID, accounts.TokenGetParams{AccountID: id}); err != nil || got.Name != "two" {
		t.Error(got, err)
	}
	n := 0
	for pages := c.Accounts.Tokens.ListAutoPaging(t.Context(), accounts.TokenListParams{AccountID: id}); pages.Next(); {
		n++
	}
	if n != 2 {
		t.Errorf("%d tokens", n)
	}
	if rolled, err := c.Accounts.Tokens.Value.Update(t.Context(), made.ID, accounts.TokenValueUpdateParams{AccountID: id, Body: map[string]any{}}); err != nil || *rolled == made.Value {
		t.Error(rolled, err)
	}
	if gone, err := c.Accounts.Tokens.Delete(t.Context(), made.ID, accounts.TokenDeleteParams{AccountID: id}); err != nil || gone.ID != made.ID {
		t.Error(gone, err)
	}
}

func v5Policies(group string) []shared.TokenPolicyParam {
	return []shared.TokenPolicyParam{{
		Effect:           cloudflare.F(shared.TokenPolicyEffectAllow),
		PermissionGroups: cloudflare.F([]shared.TokenPolicyPermissionGroupParam{{ID: cloudflare.F(group)}}),
		Resources: cloudflare.F[shared.TokenPolicyResourcesUnionParam](shared.TokenPolicyResourcesIAMResourcesTypeObjectStringParam{
			"com.cloudflare.api.account.zone.*": "*",
		}),
	}}
}
