package contract_test

import (
	"path"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/cloudflare/cloudflare-go"

	"github.com/edgeproof/edgeproof/mocks/zone"
)

// Every call of v0 for zones, records and tokens, made with success, or refused as a route that the fake has not.
func TestV0EveryCall(t *testing.T) {
	t.Parallel()
	w, l := newWorld(t), newLedger(t)
	w.admin()
	v0ZoneCalls(w, l)
	v0RecordCalls(w, l)
	v0TokenCalls(w, l)
	l.complete(w, unservedByV0(), v0Calls(w.v0(tokenValue)))
}

// v0Calls are those of the library's files for zones, records and tokens: it has one type for everything.
func v0Calls(c *cloudflare.API) []method {
	files := []string{"zone.go", "zone_hold.go", "dns.go", "api_token.go"}
	return slices.DeleteFunc(callsOf(c), func(m method) bool {
		f, _ := reflect.TypeOf(c).MethodByName(m.name[strings.LastIndex(m.name, ".")+1:])
		file, _ := runtime.FuncForPC(f.Func.Pointer()).FileLine(f.Func.Pointer())
		return !slices.Contains(files, path.Base(file)) && f.Name != "ZoneIDByName"
	})
}

// unservedByV0 are the calls that the fake does not answer, each with the reason.
func unservedByV0() map[string]string {
	out := map[string]string{}
	for reason, names := range map[string][]string{
		"traffic is not the fake's: no setting would do anything": {
			"ZoneSettings", "UpdateZoneSettings", "GetZoneSetting", "UpdateZoneSetting", "ZoneSSLSettings",
			"UpdateZoneSSLSettings",
			"FallbackOrigin", "UpdateFallbackOrigin",
		},
		"there is no cache":     {"PurgeEverything", "PurgeCache", "PurgeCacheContext"},
		"no traffic is counted": {"ZoneAnalyticsDashboard", "ZoneAnalyticsByColocation"},
		"nothing is for sale; a subscription names one of three plans": {"AvailableZonePlans", "AvailableZoneRatePlans"},
		"zones are not signed":                  {"UpdateZoneDNSSEC", "DeleteZoneDNSSEC"},
		"no other account can take a zone over": {"CreateZoneHold", "GetZoneHold", "DeleteZoneHold"},
	} {
		for _, name := range names {
			out["cloudflare-go.(*API)."+name] = reason
		}
	}
	return out
}

func v0ZoneCalls(w *world, l *ledger) {
	c, t := w.v0(tokenValue), l.t
	account := cloudflare.Account{ID: zone.DefaultAccount().ID.String()}
	made := call[cloudflare.Zone](l, c.CreateZone, "example.net", false, account, "full")
	if made.Status != "pending" {
		t.Error(made)
	}
	if paused := call[cloudflare.Zone](l, c.ZoneSetPaused, made.ID, true); !paused.Paused {
		t.Error(paused)
	}
	still := false
	if edited := call[cloudflare.Zone](l, c.EditZone, made.ID, cloudflare.ZoneOptions{Paused: &still}); edited.Paused {
		t.Error(edited)
	}
	if full := call[cloudflare.Zone](l, c.ZoneSetType, made.ID, "full"); full.Type != "full" {
		t.Error(full)
	}
	if signed := call[cloudflare.ZoneDNSSEC](l, c.ZoneDNSSECSetting, made.ID); signed.Status != "disabled" {
		t.Error(signed)
	}
	none := []string{} // TestV0EditZone has some, which are refused
	if plain := call[cloudflare.Zone](l, c.ZoneSetVanityNS, made.ID, none); len(plain.VanityNS) != 0 {
		t.Error(plain)
	}
	call[any](l, c.ZoneSetPlan, made.ID, "CF_PRO")
	call[any](l, c.ZoneUpdatePlan, made.ID, "CF_ENT")
	if details := call[cloudflare.Zone](l, c.ZoneDetails, made.ID); details.Plan.LegacyID != "enterprise" {
		t.Error(details)
	}
	call[cloudflare.Response](l, c.ZoneActivationCheck, made.ID)
	if found := call[[]cloudflare.Zone](l, c.ListZones, "example.net"); len(found) != 1 || found[0].ID != made.ID {
		t.Error(found)
	}
	if found := call[cloudflare.ZonesResponse](l, c.ListZonesContext); len(found.Result) != 2 {
		t.Error(found)
	}
	if id := call[string](l, c.ZoneIDByName, "example.net"); id != made.ID {
		t.Error(id)
	}
	if deleted := call[cloudflare.ZoneID](l, c.DeleteZone, made.ID); deleted.ID != made.ID ||
		len(w.store.ZonesNamed("example.net")) != 0 {
		t.Error(deleted)
	}
}

func v0RecordCalls(w *world, l *ledger) {
	c, t, rc := w.v0(tokenValue), l.t, cloudflare.ZoneIdentifier(w.zoneID())
	made := call[cloudflare.DNSRecord](l, c.CreateDNSRecord, rc, cloudflare.CreateDNSRecordParams{
		Type: "A", Name: "www.example.com", Content: "192.0.2.1", TTL: 300, Proxied: cloudflare.BoolPtr(false),
	})
	if made.TTL != 300 || made.CreatedOn.IsZero() {
		t.Error(made)
	}
	updated := call[cloudflare.DNSRecord](l, c.UpdateDNSRecord, rc, cloudflare.UpdateDNSRecordParams{
		ID: made.ID, Content: "192.0.2.2", Comment: cloudflare.StringPtr("by v0"), Tags: []string{"team:edge"},
	})
	if updated.Content != "192.0.2.2" || updated.TTL != 300 || updated.Comment != "by v0" {
		t.Error(updated)
	}
	if got := call[cloudflare.DNSRecord](l, c.GetDNSRecord, rc, made.ID); got.Name != "www.example.com" ||
		got.Comment != "by v0" {
		t.Error(got)
	}
	call[any](l, c.ImportDNSRecords, rc, cloudflare.ImportDNSRecordsParams{BINDContents: "\nhost 300 IN A 192.0.2.3\n"})
	for _, text := range []string{
		call[string](l, c.ZoneExport, w.zoneID()), call[string](l, c.ExportDNSRecords, rc,
			cloudflare.ExportDNSRecordsParams{}),
	} {
		if !strings.Contains(text, "host.example.com.\t300\tIN\tA\t192.0.2.3") {
			t.Error(text)
		}
	}
	if found := call[[]cloudflare.DNSRecord](l, c.ListDNSRecords, rc,
		cloudflare.ListDNSRecordsParams{Type: "A"}); len(found) != 2 {
		t.Error(found)
	}
	call[any](l, c.DeleteDNSRecord, rc, made.ID)
	if left := w.contents("A"); !slices.Equal(left, []string{"192.0.2.3"}) {
		t.Errorf("left: %v", left)
	}
}

func v0TokenCalls(w *world, l *ledger) {
	c, t := w.v0(tokenValue), l.t
	groups := call[[]cloudflare.APITokenPermissionGroups](l, c.ListAPITokensPermissionGroups)
	policy := cloudflare.APITokenPolicies{
		Effect: "allow", Resources: map[string]any{"com.cloudflare.api.account.zone.*": "*"}, PermissionGroups: groups[:1],
	}
	token := call[cloudflare.APIToken](l, c.CreateAPIToken, cloudflare.APIToken{
		Name: "by v0", Policies: []cloudflare.APITokenPolicies{policy},
		Condition: &cloudflare.APITokenCondition{RequestIP: &cloudflare.APITokenRequestIPCondition{NotIn: []string{"127.0.0.0/8"}}},
	})
	if _, err := w.v0(token.Value).ListZones(t.Context()); err == nil {
		t.Error("the address filter of the token did not hold")
	}
	token.Condition, token.Status = nil, ""
	call[cloudflare.APIToken](l, c.UpdateAPIToken, token.ID, token)
	if _, err := w.v0(token.Value).ListZones(t.Context()); err != nil {
		t.Error(err)
	}
	if rolled := call[string](l, c.RollAPIToken, token.ID); rolled == token.Value {
		t.Error("the value is the old one")
	}
	if got := call[cloudflare.APIToken](l, c.GetAPIToken, token.ID); got.Name != "by v0" || got.Value != "" {
		t.Error(got)
	}
	if list := call[[]cloudflare.APIToken](l, c.APITokens); len(list) != 2 {
		t.Error(list)
	}
	if verified := call[cloudflare.APITokenVerifyBody](l, c.VerifyAPIToken); verified.Status != "active" {
		t.Error(verified)
	}
	call[any](l, c.DeleteAPIToken, token.ID)
	if n := len(w.store.Tokens()); n != 1 {
		t.Errorf("%d tokens are left", n)
	}
}
