package contract_test

import (
	"strings"
	"testing"

	"github.com/cloudflare/cloudflare-go/v5"
	"github.com/cloudflare/cloudflare-go/v5/accounts"
	"github.com/cloudflare/cloudflare-go/v5/dns"
	"github.com/cloudflare/cloudflare-go/v5/packages/pagination"
	"github.com/cloudflare/cloudflare-go/v5/shared"
	"github.com/cloudflare/cloudflare-go/v5/user"
	"github.com/cloudflare/cloudflare-go/v5/zones"

	"github.com/edgeproof/edgeproof/mocks/zone"
)

// Every call of v5 for zones, records and tokens, made with success, or refused as a route that the fake has not.
func TestV5EveryCall(t *testing.T) {
	t.Parallel()
	w, l := newWorld(t), newLedger(t)
	w.admin()
	v5ZoneCalls(w, l)
	v5RecordCalls(w, l)
	v5TokenCalls(w, l)
	v5AccountTokenCalls(w, l)
	c := w.v5(tokenValue)
	l.complete(w, unservedByV5(), callsOf(c.Zones, c.DNS.Records, c.User.Tokens, c.Accounts.Tokens))
}

// unservedByV5 are the services and calls that the fake does not answer, each with the reason.
func unservedByV5() map[string]string {
	return map[string]string{
		"dns.(*RecordService).Scan": "the fake finds no records out on the internet",
		"zones.(*SettingService)":   "traffic is not the fake's: no setting would do anything",
		"zones.(*CustomNameserverService)": "an account has no name servers of its own; the zone's vanity ones are " +
			"refused " +
			"too",
		"zones.(*HoldService)":     "no other account can take a zone over",
		"zones.(*PlanService)":     "nothing is for sale; a subscription names one of three plans",
		"zones.(*RatePlanService)": "likewise",
	}
}

func v5ZoneCalls(w *world, l *ledger) {
	c, t := w.v5(tokenValue).Zones, l.t
	made := call[*zones.Zone](l, c.New, zones.ZoneNewParams{
		Name: cloudflare.F("example.net"), Account: cloudflare.F(zones.ZoneNewParamsAccount{ID: cloudflare.F(zone.DefaultAccount().ID.String())}),
	})
	if made.Status != zones.ZoneStatusPending || len(made.NameServers) != 2 {
		t.Error(made)
	}
	id := cloudflare.F(made.ID)
	if edited := call[*zones.Zone](l, c.Edit, zones.ZoneEditParams{
		ZoneID: id,
		Paused: cloudflare.F(true),
	}); !edited.Paused {
		t.Error(edited)
	}
	if got := call[*zones.Zone](l, c.Get, zones.ZoneGetParams{ZoneID: id}); got.Name != "example.net" || !got.Paused {
		t.Error(got)
	}
	named := zones.ZoneListParams{Name: cloudflare.F("example.net")}
	if found := call[*pagination.V4PagePaginationArray[zones.Zone]](l, c.List, named); len(found.Result) != 1 ||
		found.Result[0].ID != made.ID {
		t.Error(found)
	}
	if n := paged(l, c.ListAutoPaging, zones.ZoneListParams{}); n != 2 {
		t.Errorf("%d zones", n)
	}
	if checked := call[*zones.ActivationCheckTriggerResponse](l, c.ActivationCheck.Trigger,
		zones.ActivationCheckTriggerParams{ZoneID: id}); checked.ID != made.ID {
		t.Error(checked)
	}
	plan := func(id shared.RatePlanID) shared.SubscriptionParam {
		return shared.SubscriptionParam{RatePlan: cloudflare.F(shared.RatePlanParam{ID: cloudflare.F(id)})}
	}
	if bought := call[*shared.Subscription](l, c.Subscriptions.New,
		zones.SubscriptionNewParams{ZoneID: id, Subscription: plan(shared.RatePlanIDPro)}); bought.RatePlan.ID !=
		shared.RatePlanIDPro || bought.State != shared.SubscriptionStatePaid {
		t.Error(bought)
	}
	if changed := call[*shared.Subscription](l, c.Subscriptions.Update,
		zones.SubscriptionUpdateParams{ZoneID: id, Subscription: plan(shared.RatePlanIDEnterprise)}); changed.RatePlan.ID !=
		shared.RatePlanIDEnterprise || !changed.RatePlan.IsContract {
		t.Error(changed)
	}
	if got := call[*shared.Subscription](l, c.Subscriptions.Get,
		zones.SubscriptionGetParams{ZoneID: id}); got.RatePlan.PublicName != "Enterprise Website" {
		t.Error(got)
	}
	if gone := call[*zones.ZoneDeleteResponse](l, c.Delete, zones.ZoneDeleteParams{ZoneID: id}); gone.ID != made.ID {
		t.Error(gone)
	}
	if left := w.store.ZonesNamed("example.net"); len(left) != 0 {
		t.Error(left)
	}
}

func v5RecordCalls(w *world, l *ledger) {
	c, t, id := w.v5(tokenValue).DNS.Records, l.t, cloudflare.F(w.zoneID())
	a := func(name, content string) dns.ARecordParam {
		return dns.ARecordParam{
			Name: cloudflare.F(name), Type: cloudflare.F(dns.ARecordTypeA),
			Content: cloudflare.F(content), TTL: cloudflare.F(dns.TTL1),
		}
	}
	made := call[*dns.RecordResponse](l, c.New, dns.RecordNewParams{ZoneID: id, Body: a("www.example.com", "192.0.2.1")})
	if made.Name != "www.example.com" || made.TTL != dns.TTL1 || !made.Proxiable {
		t.Error(made)
	}
	if put := call[*dns.RecordResponse](l, c.Update, made.ID,
		dns.RecordUpdateParams{ZoneID: id, Body: a("www.example.com", "192.0.2.2")}); put.Content != "192.0.2.2" {
		t.Error(put)
	}
	edited := call[*dns.RecordResponse](l, c.Edit, made.ID,
		dns.RecordEditParams{ZoneID: id, Body: dns.ARecordParam{Comment: cloudflare.F("seen")}})
	if edited.Comment != "seen" || edited.Content != "192.0.2.2" {
		t.Error(edited)
	}
	if got := call[*dns.RecordResponse](l, c.Get, made.ID, dns.RecordGetParams{ZoneID: id}); got.Comment != "seen" {
		t.Error(got)
	}
	list := dns.RecordListParams{ZoneID: id, Type: cloudflare.F(dns.RecordListParamsTypeA)}
	if found := call[*pagination.V4PagePaginationArray[dns.RecordResponse]](l, c.List, list); len(found.Result) != 1 ||
		found.Result[0].ID != made.ID {
		t.Error(found)
	}
	changed := call[*dns.RecordBatchResponse](l, c.Batch, dns.RecordBatchParams{
		ZoneID:  id,
		Deletes: cloudflare.F([]dns.RecordBatchParamsDelete{{ID: cloudflare.F(made.ID)}}),
		Posts:   cloudflare.F([]dns.RecordBatchParamsPostUnion{a("b.example.com", "192.0.2.3")}),
	})
	if len(changed.Deletes) != 1 || len(changed.Posts) != 1 || changed.Posts[0].Content != "192.0.2.3" {
		t.Error(changed)
	}
	imported := call[*dns.RecordImportResponse](l, c.Import,
		dns.RecordImportParams{ZoneID: id, File: cloudflare.F(zoneFile), Proxied: cloudflare.F("false")})
	if imported.RecsAdded != 7 {
		t.Error(imported)
	}
	if text := call[*string](l, c.Export, dns.RecordExportParams{ZoneID: id}); !strings.Contains(*text,
		"b.example.com.\t1\tIN\tA\t192.0.2.3") {
		t.Error(*text)
	}
	if n := paged(l, c.ListAutoPaging, dns.RecordListParams{ZoneID: id}); n != 8 {
		t.Errorf("%d records", n)
	}
	if gone := call[*dns.RecordDeleteResponse](l, c.Delete, changed.Posts[0].ID,
		dns.RecordDeleteParams{ZoneID: id}); gone.ID != changed.Posts[0].ID {
		t.Error(gone)
	}
	if n := w.store.Len(w.zone.ID); n != 7 {
		t.Errorf("%d records are left", n)
	}
}

func v5TokenCalls(w *world, l *ledger) {
	c, t := w.v5(tokenValue).User.Tokens, l.t
	groups := call[*pagination.SinglePage[user.TokenPermissionGroupListResponse]](l, c.PermissionGroups.List,
		user.TokenPermissionGroupListParams{}).Result
	if n := paged(l, c.PermissionGroups.ListAutoPaging, user.TokenPermissionGroupListParams{}); n != len(groups) ||
		n == 0 {
		t.Fatal(groups)
	}
	policies := v5Policies(groups[0].ID)
	made := call[*user.TokenNewResponse](l, c.New, user.TokenNewParams{
		Name:     cloudflare.F("one"),
		Policies: cloudflare.F(policies),
	})
	if verified := call[*user.TokenVerifyResponse](l, w.v5(made.Value).User.Tokens.Verify); verified.ID != made.ID ||
		verified.Status != user.TokenVerifyResponseStatusActive {
		t.Error(verified)
	}
	renamed := user.TokenUpdateParams{Token: shared.TokenParam{
		Name:     cloudflare.F("two"),
		Policies: cloudflare.F(policies),
	}}
	if updated := call[*shared.Token](l, c.Update, made.ID, renamed); updated.Name != "two" {
		t.Error(updated)
	}
	if got := call[*shared.Token](l, c.Get, made.ID); got.Name != "two" {
		t.Error(got)
	}
	if list := call[*pagination.V4PagePaginationArray[shared.Token]](l, c.List,
		user.TokenListParams{}); len(list.Result) != 2 {
		t.Error(list)
	}
	if n := paged(l, c.ListAutoPaging, user.TokenListParams{}); n != 2 {
		t.Errorf("%d tokens", n)
	}
	if rolled := call[*shared.TokenValue](l, c.Value.Update, made.ID,
		user.TokenValueUpdateParams{Body: map[string]any{}}); *rolled == made.Value {
		t.Error("the value is the old one")
	}
	if gone := call[*user.TokenDeleteResponse](l, c.Delete, made.ID); gone.ID != made.ID {
		t.Error(gone)
	}
}

func v5AccountTokenCalls(w *world, l *ledger) {
	id := cloudflare.F(w.asAccount())
	c, t := w.v5(tokenValue).Accounts.Tokens, l.t
	groups := call[*pagination.SinglePage[accounts.TokenPermissionGroupListResponse]](l, c.PermissionGroups.List,
		accounts.TokenPermissionGroupListParams{AccountID: id}).Result
	if n := paged(l, c.PermissionGroups.ListAutoPaging,
		accounts.TokenPermissionGroupListParams{AccountID: id}); n != len(groups) || n == 0 {
		t.Fatal(groups)
	}
	if again := call[*[]accounts.TokenPermissionGroupGetResponse](l, c.PermissionGroups.Get,
		accounts.TokenPermissionGroupGetParams{AccountID: id}); len(*again) != len(groups) {
		t.Error(again)
	}
	policies := v5Policies(groups[0].ID)
	made := call[*accounts.TokenNewResponse](l, c.New,
		accounts.TokenNewParams{AccountID: id, Name: cloudflare.F("one"), Policies: cloudflare.F(policies)})
	if verified := call[*accounts.TokenVerifyResponse](l, w.v5(made.Value).Accounts.Tokens.Verify,
		accounts.TokenVerifyParams{AccountID: id}); verified.ID != made.ID {
		t.Error(verified)
	}
	renamed := accounts.TokenUpdateParams{
		AccountID: id,
		Token:     shared.TokenParam{Name: cloudflare.F("two"), Policies: cloudflare.F(policies)},
	}
	if updated := call[*shared.Token](l, c.Update, made.ID, renamed); updated.Name != "two" {
		t.Error(updated)
	}
	if got := call[*shared.Token](l, c.Get, made.ID, accounts.TokenGetParams{AccountID: id}); got.Name != "two" {
		t.Error(got)
	}
	if list := call[*pagination.V4PagePaginationArray[shared.Token]](l, c.List,
		accounts.TokenListParams{AccountID: id}); len(list.Result) != 2 {
		t.Error(list)
	}
	if n := paged(l, c.ListAutoPaging, accounts.TokenListParams{AccountID: id}); n != 2 {
		t.Errorf("%d tokens", n)
	}
	if rolled := call[*shared.TokenValue](l, c.Value.Update, made.ID,
		accounts.TokenValueUpdateParams{AccountID: id, Body: map[string]any{}}); *rolled == made.Value {
		t.Error("the value is the old one")
	}
	if gone := call[*accounts.TokenDeleteResponse](l, c.Delete, made.ID,
		accounts.TokenDeleteParams{AccountID: id}); gone.ID != made.ID {
		t.Error(gone)
	}
}

func v5Policies(group string) []shared.TokenPolicyParam {
	every := shared.TokenPolicyResourcesIAMResourcesTypeObjectStringParam{"com.cloudflare.api.account.zone.*": "*"}
	return []shared.TokenPolicyParam{{
		Effect:           cloudflare.F(shared.TokenPolicyEffectAllow),
		PermissionGroups: cloudflare.F([]shared.TokenPolicyPermissionGroupParam{{ID: cloudflare.F(group)}}),
		Resources:        cloudflare.F[shared.TokenPolicyResourcesUnionParam](every),
	}}
}
