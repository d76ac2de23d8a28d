package contract_test

import (
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/cloudflare/cloudflare-go/v7"
	"github.com/cloudflare/cloudflare-go/v7/accounts"
	"github.com/cloudflare/cloudflare-go/v7/dns"
	"github.com/cloudflare/cloudflare-go/v7/option"
	"github.com/cloudflare/cloudflare-go/v7/shared"
	"github.com/cloudflare/cloudflare-go/v7/user"
	"github.com/cloudflare/cloudflare-go/v7/zones"

	fake "github.com/edgeproof/edgeproof/mocks/cloudflare"
	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

func (w *world) v7(token string) *cloudflare.Client {
	return cloudflare.NewClient(option.WithBaseURL(w.base()), option.WithAPIToken(token),
		option.WithHTTPClient(w.http.Client()), option.WithMaxRetries(0))
}

// admin gives the world's token all permissions.
func (w *world) admin() { w.edit(func(k *api.Token) { k.Permissions = api.Permissions() }) }

// One batch as external-dns 0.21 and later send it: an A record becomes a CNAME in one transaction.
func TestV7BatchAsExternalDNS(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill(3)
	c := w.v7(tokenValue)
	var ids []string
	pages := c.DNS.Records.ListAutoPaging(t.Context(),
		dns.RecordListParams{ZoneID: cloudflare.F(w.zoneID()), PerPage: cloudflare.F(100.0)})
	for pages.Next() {
		ids = append(ids, pages.Current().ID)
	}
	if err := pages.Err(); err != nil || len(ids) != 3 {
		t.Fatal(ids, err)
	}
	out, err := c.DNS.Records.Batch(t.Context(), dns.RecordBatchParams{
		ZoneID:  cloudflare.F(w.zoneID()),
		Deletes: cloudflare.F([]dns.RecordBatchParamsDelete{{ID: cloudflare.F(ids[0])}}),
		Puts: cloudflare.F([]dns.BatchPutUnionParam{dns.BatchPutARecordParam{
			ID: cloudflare.F(ids[1]),
			ARecordParam: dns.ARecordParam{
				Name: cloudflare.F("host-1.example.com"), Type: cloudflare.F(dns.ARecordTypeA), Content: cloudflare.F("192.0.2.7"),
				TTL: cloudflare.F(dns.TTL1), Proxied: cloudflare.F(false), Comment: cloudflare.F(""),
				Tags: cloudflare.F([]dns.RecordTagsParam{}),
			},
		}}),
		Patches: cloudflare.F([]dns.BatchPatchUnionParam{dns.BatchPatchARecordParam{
			ID: cloudflare.F(ids[2]),
			ARecordParam: dns.ARecordParam{
				Comment: cloudflare.F("patched"),
			},
		}}),
		Posts: cloudflare.F([]dns.RecordBatchParamsPostUnion{
			dns.RecordBatchParamsPost{
				Name: cloudflare.F("host-0.example.com"), Type: cloudflare.F(dns.RecordBatchParamsPostsTypeCNAME),
				Content: cloudflare.F("t.example.net"),
				TTL:     cloudflare.F(dns.TTL1), Proxied: cloudflare.F(false), Priority: cloudflare.F(0.0),
				Comment: cloudflare.F(""),
				Tags:    cloudflare.F[any]([]string{}),
			},
			dns.SRVRecordParam{
				Name: cloudflare.F("_s._tcp.example.com"), Type: cloudflare.F(dns.SRVRecordTypeSRV), TTL: cloudflare.F(dns.TTL1),
				Data: cloudflare.F(dns.SRVRecordDataParam{
					Port: cloudflare.F(80.0), Priority: cloudflare.F(1.0),
					Weight: cloudflare.F(2.0), Target: cloudflare.F("t.example.com"),
				}),
			},
		}),
	})
	if err != nil {
		t.Fatal(err)
	}
	if out.Deletes[0].ID != ids[0] || out.Puts[0].Content != "192.0.2.7" || out.Patches[0].Comment != "patched" ||
		out.Patches[0].Content != "192.0.2.1" || out.Posts[0].Content != "t.example.net" ||
		out.Posts[1].Content != "2 80 t.example.com" {
		t.Errorf("batch = %s", out.JSON.RawJSON())
	}
	if n := w.store.Len(w.zone.ID); n != 4 {
		t.Errorf("%d records", n)
	}
}

// The first refusal is the answer and nothing has happened.
func TestV7BatchIsOneTransaction(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill(2)
	page, err := w.v7(tokenValue).DNS.Records.List(t.Context(), dns.RecordListParams{ZoneID: cloudflare.F(w.zoneID())})
	if err != nil {
		t.Fatal(err)
	}
	post := func(typ dns.RecordBatchParamsPostsType, name, content string) dns.RecordBatchParamsPost {
		return dns.RecordBatchParamsPost{
			Name: cloudflare.F(name), Type: cloudflare.F(typ), Content: cloudflare.F(content),
			TTL: cloudflare.F(dns.TTL1),
		}
	}
	_, err = w.v7(tokenValue).DNS.Records.Batch(t.Context(), dns.RecordBatchParams{
		ZoneID:  cloudflare.F(w.zoneID()),
		Deletes: cloudflare.F([]dns.RecordBatchParamsDelete{{ID: cloudflare.F(page.Result[0].ID)}}),
		Posts: cloudflare.F([]dns.RecordBatchParamsPostUnion{
			post(dns.RecordBatchParamsPostsTypeA, "new.example.com", "192.0.2.9"),
			post(dns.RecordBatchParamsPostsTypeCNAME, "host-1.example.com", "t.example.net"),
			post(dns.RecordBatchParamsPostsTypeA, "other.example.com", "nonsense"),
		}),
	})
	wantRefusal(t, err, http.StatusBadRequest, 81053)
	if got := w.contents("A"); !slices.Equal(got, []string{"192.0.2.1", "192.0.2.1"}) {
		t.Errorf("after the refused batch: %v", got)
	}
	if _, err := w.store.UpdateZone(w.zone.ID, func(z *api.Zone) { z.Plan = zone.Free() }); err != nil {
		t.Fatal(err)
	}
	posts := make([]dns.RecordBatchParamsPostUnion, 201)
	for i := range posts {
		posts[i] = post(dns.RecordBatchParamsPostsTypeA, "many.example.com", "192.0.2.9")
	}
	_, err = w.v7(tokenValue).DNS.Records.Batch(t.Context(),
		dns.RecordBatchParams{ZoneID: cloudflare.F(w.zoneID()), Posts: cloudflare.F(posts)})
	wantRefusal(t, err, http.StatusBadRequest, zone.CodeBatchLimit)
}

func wantRefusal(t *testing.T, err error, status, code int) {
	t.Helper()
	var refused *cloudflare.Error
	if !errors.As(err, &refused) || refused.StatusCode != status || len(refused.Errors) != 1 ||
		refused.Errors[0].Code != int64(code) {
		t.Errorf("error %v, want HTTP %d code %d", err, status, code)
	}
}

func TestV7Records(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, id := w.v7(tokenValue), cloudflare.F(w.zoneID())
	mx, err := c.DNS.Records.New(t.Context(), dns.RecordNewParams{ZoneID: id, Body: dns.MXRecordParam{
		Name: cloudflare.F("example.com"), Type: cloudflare.F(dns.MXRecordTypeMX), Content: cloudflare.F("mx.example.net"),
		Priority: cloudflare.F(10.0), TTL: cloudflare.F(dns.TTL(300)),
	}})
	if err != nil || mx.Content != "mx.example.net" || mx.TTL != 300 {
		t.Fatal(mx.JSON.RawJSON(), err)
	}
	caa, err := c.DNS.Records.New(t.Context(), dns.RecordNewParams{ZoneID: id, Body: dns.CAARecordParam{
		Name: cloudflare.F("example.com"), Type: cloudflare.F(dns.CAARecordTypeCAA), TTL: cloudflare.F(dns.TTL1),
		Data: cloudflare.F(dns.CAARecordDataParam{
			Flags: cloudflare.F(0.0), Tag: cloudflare.F("issue"),
			Value: cloudflare.F("letsencrypt.org"),
		}),
	}})
	if err != nil || caa.Content != `0 issue "letsencrypt.org"` {
		t.Fatal(err)
	}
	if _, err := c.DNS.Records.New(t.Context(), dns.RecordNewParams{ZoneID: id, Body: dns.TLSARecordParam{
		Name: cloudflare.F("_443._tcp.example.com"), Type: cloudflare.F(dns.TLSARecordTypeTLSA), TTL: cloudflare.F(dns.TTL1),
		Data: cloudflare.F(dns.TLSARecordDataParam{
			Usage: cloudflare.F(3.0), Selector: cloudflare.F(1.0),
			MatchingType: cloudflare.F(1.0), Certificate: cloudflare.F("ab12"),
		}),
	}}); err != nil {
		t.Error(err)
	}
	edited, err := c.DNS.Records.Edit(t.Context(), mx.ID,
		dns.RecordEditParams{ZoneID: id, Body: dns.MXRecordParam{Priority: cloudflare.F(20.0)}})
	if err != nil || edited.Content != "mx.example.net" || edited.TTL != 300 || w.priority("MX") != 20 {
		t.Error(edited.JSON.RawJSON(), err)
	}
	put, err := c.DNS.Records.Update(t.Context(), mx.ID, dns.RecordUpdateParams{ZoneID: id, Body: dns.MXRecordParam{
		Name: cloudflare.F("example.com"), Type: cloudflare.F(dns.MXRecordTypeMX), Content: cloudflare.F("mx2.example.net"),
		Priority: cloudflare.F(5.0), TTL: cloudflare.F(dns.TTL1),
	}})
	if err != nil || put.Content != "mx2.example.net" || put.TTL != dns.TTL1 {
		t.Error(err)
	}
	got, err := c.DNS.Records.Get(t.Context(), mx.ID, dns.RecordGetParams{ZoneID: id})
	if err != nil || got.Content != put.Content {
		t.Error(err)
	}
	deleted, err := c.DNS.Records.Delete(t.Context(), mx.ID, dns.RecordDeleteParams{ZoneID: id})
	if err != nil || deleted.ID != mx.ID {
		t.Error(err)
	}
	_, err = c.DNS.Records.Get(t.Context(), mx.ID, dns.RecordGetParams{ZoneID: id})
	wantRefusal(t, err, http.StatusNotFound, zone.CodeRecordUnknown)
}

func TestV7Zones(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.admin()
	c := w.v7(tokenValue)
	account := zone.DefaultAccount().ID.String()
	made, err := c.Zones.New(t.Context(), zones.ZoneNewParams{
		Name:    cloudflare.F("example.net"),
		Account: cloudflare.F(zones.ZoneNewParamsAccount{ID: cloudflare.F(account)}),
	})
	if err != nil || made.Status != zones.ZoneStatusPending || len(made.NameServers) != 2 {
		t.Fatal(err)
	}
	_, err = c.Zones.New(t.Context(), zones.ZoneNewParams{
		Name:    cloudflare.F("example.net"),
		Account: cloudflare.F(zones.ZoneNewParamsAccount{ID: cloudflare.F(account)}),
	})
	wantRefusal(t, err, http.StatusBadRequest, 1061)
	edited, err := c.Zones.Edit(t.Context(), zones.ZoneEditParams{
		ZoneID: cloudflare.F(made.ID),
		Paused: cloudflare.F(true),
	})
	if err != nil || !edited.Paused {
		t.Error(err)
	}
	if _, err := c.Zones.ActivationCheck.Trigger(t.Context(),
		zones.ActivationCheckTriggerParams{ZoneID: cloudflare.F(made.ID)}); err != nil {
		t.Error(err)
	}
	found, err := c.Zones.List(t.Context(), zones.ZoneListParams{
		Name:   cloudflare.F("starts_with:example"),
		Status: cloudflare.F(zones.ZoneListParamsStatusPending),
	})
	if err != nil || len(found.Result) != 1 || found.Result[0].ID != made.ID {
		t.Error(err)
	}
	if _, err := c.Zones.Delete(t.Context(), zones.ZoneDeleteParams{ZoneID: cloudflare.F(made.ID)}); err != nil {
		t.Error(err)
	}
	_, err = c.Zones.Get(t.Context(), zones.ZoneGetParams{ZoneID: cloudflare.F(made.ID)})
	wantRefusal(t, err, http.StatusForbidden, 9109)
}

// Two pages of zones and the empty third.
func TestV7PagesOfZones(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 24 {
		w.addZone(string(rune('a'+i))+".example.org", zone.Free())
	}
	n := 0
	for pages := w.v7(tokenValue).Zones.ListAutoPaging(t.Context(), zones.ZoneListParams{}); pages.Next(); {
		n++
	}
	if want := []string{"GET /zones", "GET /zones?page=2", "GET /zones?page=3"}; n != 25 || !slices.Equal(w.ops(), want) {
		t.Errorf("%d zones by %q", n, w.ops())
	}
}

func TestV7Tokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.admin()
	c := w.v7(tokenValue)
	groups, err := c.User.Tokens.PermissionGroups.List(t.Context(), user.TokenPermissionGroupListParams{})
	if err != nil {
		t.Fatal(err)
	}
	var dnsWrite string
	for _, g := range groups.Result {
		if g.Name == "DNS Write" {
			dnsWrite = g.ID
		}
	}
	only := shared.TokenPolicyResourcesIAMResourcesTypeObjectStringParam{
		"com.cloudflare.api.account.zone." + w.zoneID(): "*",
	}
	policies := []shared.TokenPolicyParam{{
		Effect:           cloudflare.F(shared.TokenPolicyEffectAllow),
		PermissionGroups: cloudflare.F([]shared.TokenPolicyPermissionGroupParam{{ID: cloudflare.F(dnsWrite)}}),
		Resources:        cloudflare.F[shared.TokenPolicyResourcesUnionParam](only),
	}}
	made, err := c.User.Tokens.New(t.Context(), user.TokenNewParams{
		Name:     cloudflare.F("dns only"),
		Policies: cloudflare.F(policies),
	})
	if err != nil || !api.WellFormedToken(made.Value) {
		t.Fatal(err)
	}
	fresh := w.v7(made.Value)
	if _, err := fresh.DNS.Records.List(t.Context(), dns.RecordListParams{ZoneID: cloudflare.F(w.zoneID())}); err != nil {
		t.Error(err)
	}
	_, err = fresh.Zones.List(t.Context(), zones.ZoneListParams{})
	wantRefusal(t, err, http.StatusForbidden, 0)

	past := time.Now().Add(-time.Hour)
	if _, err := c.User.Tokens.Update(t.Context(), made.ID, user.TokenUpdateParams{Token: shared.TokenParam{
		Name: cloudflare.F("expired"), Policies: cloudflare.F(policies), ExpiresOn: cloudflare.F(past),
	}}); err != nil {
		t.Fatal(err)
	}
	verified, err := fresh.User.Tokens.Verify(t.Context())
	if err != nil || verified.Status != user.TokenVerifyResponseStatusExpired {
		t.Error(err)
	}
	rolled, err := c.User.Tokens.Value.Update(t.Context(), made.ID, user.TokenValueUpdateParams{Body: map[string]any{}})
	if err != nil || *rolled == made.Value {
		t.Error(rolled, err)
	}
	_, err = fresh.User.Tokens.Verify(t.Context())
	wantRefusal(t, err, http.StatusUnauthorized, 1000)
	got, err := c.User.Tokens.Get(t.Context(), made.ID)
	if err != nil || got.Name != "expired" || got.Status != shared.TokenStatusExpired {
		t.Error(err)
	}
	list, err := c.User.Tokens.List(t.Context(), user.TokenListParams{})
	if err != nil || len(list.Result) != 2 {
		t.Error(err)
	}
	if _, err := c.User.Tokens.Delete(t.Context(), made.ID); err != nil {
		t.Error(err)
	}
	if n := len(w.store.Tokens()); n != 1 {
		t.Errorf("%d tokens are left", n)
	}
}

func TestV7AccountTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := zone.DefaultAccount().ID
	w.edit(func(k *api.Token) { k.Permissions, k.Account = api.Permissions(), account })
	c, id := w.v7(tokenValue), cloudflare.F(account.String())
	verified, err := c.Accounts.Tokens.Verify(t.Context(), accounts.TokenVerifyParams{AccountID: id})
	if err != nil || verified.Status != accounts.TokenVerifyResponseStatusActive {
		t.Error(err)
	}
	_, err = c.User.Tokens.Verify(t.Context())
	wantRefusal(t, err, http.StatusUnauthorized, 1000)
	list, err := c.Accounts.Tokens.List(t.Context(), accounts.TokenListParams{AccountID: id})
	if err != nil || len(list.Result) != 1 {
		t.Error(err)
	}
	got, err := c.Accounts.Tokens.Get(t.Context(), w.token.ID.String(), accounts.TokenGetParams{AccountID: id})
	if err != nil || got.Name != "edge" {
		t.Error(err)
	}
}

// Seen by the clients: 429 with Retry-After.
func TestV7RateLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.api.SetLimit(fake.Limit{Requests: 1})
	c := w.v7(tokenValue)
	if _, err := c.Zones.List(t.Context(), zones.ZoneListParams{}); err != nil {
		t.Fatal(err)
	}
	_, err := c.Zones.List(t.Context(), zones.ZoneListParams{})
	wantRefusal(t, err, http.StatusTooManyRequests, 10100)
	var refused *cloudflare.Error
	if errors.As(err, &refused) && refused.Response.Header.Get("Retry-After") != "300" {
		t.Errorf("Retry-After = %q", refused.Response.Header.Get("Retry-After"))
	}
}

// priority is that of the only record of a type. The client does not show it: it reads every record as an A.
func (w *world) priority(typ string) uint16 {
	w.t.Helper()
	found, _, err := w.store.List(w.zone.ID, zone.Query{Type: typ})
	if err != nil || len(found) != 1 || found[0].Priority == nil {
		w.t.Fatalf("%d records of type %s, %v", len(found), typ, err)
	}
	return *found[0].Priority
}
