package contract_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/cloudflare/cloudflare-go/v7"
	"github.com/cloudflare/cloudflare-go/v7/accounts"
	"github.com/cloudflare/cloudflare-go/v7/dns"
	"github.com/cloudflare/cloudflare-go/v7/shared"
	"github.com/cloudflare/cloudflare-go/v7/user"
	"github.com/cloudflare/cloudflare-go/v7/zones"

	"github.com/edgeproof/edgeproof/mocks/zone"
)

// The fake finds no records out on the internet, and says so as of any route that it has not.
func TestV7ScansAreNoRoute(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, id := w.v7(tokenValue), cloudflare.F(w.zoneID())
	_, scan := c.DNS.Records.Scan(t.Context(), dns.RecordScanParams{ZoneID: id, Body: map[string]any{}}) //nolint:staticcheck // deprecated calls are calls
	_, list := c.DNS.Records.ScanList(t.Context(), dns.RecordScanListParams{ZoneID: id})
	_, review := c.DNS.Records.ScanReview(t.Context(), dns.RecordScanReviewParams{ZoneID: id})
	_, trigger := c.DNS.Records.ScanTrigger(t.Context(), dns.RecordScanTriggerParams{ZoneID: id})
	for name, err := range map[string]error{"scan": scan, "list": list, "review": review, "trigger": trigger} {
		var refused *cloudflare.Error
		if !errors.As(err, &refused) || refused.StatusCode != http.StatusNotFound || refused.Errors[0].Code != 7003 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestV7TokenCalls(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.admin()
	c := w.v7(tokenValue)
	groups, err := c.User.Tokens.PermissionGroups.List(t.Context(), user.TokenPermissionGroupListParams{})
	if err != nil || len(groups.Result) == 0 {
		t.Fatal(groups, err)
	}
	policies := v7Policies(groups.Result[0].ID)
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

func TestV7AccountTokenCalls(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := zone.DefaultAccount().ID
	w.edit(func(k *zone.Token) { k.Permissions, k.Account = zone.Permissions(), account })
	c, id := w.v7(tokenValue), cloudflare.F(account.String())
	groups, err := c.Accounts.Tokens.PermissionGroups.List(t.Context(), accounts.TokenPermissionGroupListParams{AccountID: id})
	if err != nil || len(groups.Result) == 0 {
		t.Fatal(groups, err)
	}
	if again, err := c.Accounts.Tokens.PermissionGroups.Get(t.Context(), accounts.TokenPermissionGroupGetParams{AccountID: id}); err != nil || len(*again) != len(groups.Result) {
		t.Error(again, err)
	}
	policies := v7Policies(groups.Result[0].ID)
	made, err := c.Accounts.Tokens.New(t.Context(), accounts.TokenNewParams{AccountID: id, Name: cloudflare.F("one"), Policies: cloudflare.F(policies)})
	if err != nil || made.Value == "" {
		t.Fatal(made, err)
	}
	if verified, err := w.v7(made.Value).Accounts.Tokens.Verify(t.Context(), accounts.TokenVerifyParams{AccountID: id}); err != nil || verified.ID != made.ID {
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

func v7Policies(group string) []shared.TokenPolicyParam {
	return []shared.TokenPolicyParam{{
		Effect:           cloudflare.F(shared.TokenPolicyEffectAllow),
		PermissionGroups: cloudflare.F([]shared.TokenPolicyPermissionGroupParam{{ID: cloudflare.F(group)}}),
		Resources: cloudflare.F[shared.TokenPolicyResourcesUnionParam](shared.TokenPolicyResourcesIAMResourcesTypeObjectStringParam{
			"com.cloudflare.api.account.zone.*": "*",
		}),
	}}
}

func TestV7Subscription(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.admin()
	c, id := w.v7(tokenValue), cloudflare.F(w.addZone("free.example", zone.Free()).ID.String())
	wanted := func(plan shared.RatePlanID) shared.SubscriptionParam {
		return shared.SubscriptionParam{RatePlan: cloudflare.F(shared.RatePlanParam{ID: cloudflare.F(plan)})}
	}
	_, err := c.Zones.Subscriptions.Get(t.Context(), zones.SubscriptionGetParams{ZoneID: id})
	wantRefusal(t, err, http.StatusNotFound, 1207)
	made, err := c.Zones.Subscriptions.New(t.Context(), zones.SubscriptionNewParams{ZoneID: id, Subscription: wanted(shared.RatePlanIDPro)})
	if err != nil || made.RatePlan.ID != shared.RatePlanIDPro || made.State != zones.SubscriptionNewResponseStatePaid {
		t.Errorf("made %+v, %v", made, err)
	}
	changed, err := c.Zones.Subscriptions.Update(t.Context(), zones.SubscriptionUpdateParams{ZoneID: id, Subscription: wanted(shared.RatePlanIDEnterprise)})
	if err != nil || changed.RatePlan.ID != shared.RatePlanIDEnterprise || !changed.RatePlan.IsContract {
		t.Errorf("changed %+v, %v", changed, err)
	}
	got, err := c.Zones.Subscriptions.Get(t.Context(), zones.SubscriptionGetParams{ZoneID: id})
	if err != nil || got.RatePlan.ID != shared.RatePlanIDEnterprise || got.RatePlan.PublicName != "Enterprise Website" {
		t.Errorf("got %+v, %v", got, err)
	}
}
