package contract_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/cloudflare/cloudflare-go/v5"
	"github.com/cloudflare/cloudflare-go/v5/dns"
	"github.com/cloudflare/cloudflare-go/v5/option"
	"github.com/cloudflare/cloudflare-go/v5/zones"
)

func (w *world) v5(token string) *cloudflare.Client {
	return cloudflare.NewClient(option.WithBaseURL(w.base()), option.WithAPIToken(token),
		option.WithHTTPClient(w.http.Client()), option.WithMaxRetries(0))
}

// v5Body is a record as external-dns 0.20 writes it: always all of these fields.
func v5Body(typ dns.RecordNewParamsBodyType, name, content string) dns.RecordNewParamsBody {
	return dns.RecordNewParamsBody{
		Name: cloudflare.F(name), Type: cloudflare.F(typ), Content: cloudflare.F(content), TTL: cloudflare.F(dns.TTL1),
		Proxied: cloudflare.F(false), Comment: cloudflare.F(""), Priority: cloudflare.F(0.0),
		Tags: cloudflare.F[any]([]string{}),
	}
}

// The requests of one synchronization of external-dns 0.20, which has no batches.
func TestV5AsExternalDNS020(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.addZone("example.net", w.zone.Plan)
	c := w.v5(tokenValue)

	var names []string
	for zonePage := c.Zones.ListAutoPaging(t.Context(), zones.ZoneListParams{}); zonePage.Next(); {
		names = append(names, zonePage.Current().Name)
	}
	if !slices.Equal(names, []string{"example.com", "example.net"}) {
		t.Errorf("zones = %v", names)
	}

	registry := `"heritage=external-dns,external-dns/owner=sre-cluster,external-dns/resource=ingress/develop/frontend"`
	created, err := c.DNS.Records.New(t.Context(), dns.RecordNewParams{
		ZoneID: cloudflare.F(w.zoneID()),
		Body:   v5Body("A", "www.example.com", "192.0.2.1"),
	})
	if err != nil {
		t.Fatal(err)
	}
	text, err := c.DNS.Records.New(t.Context(), dns.RecordNewParams{
		ZoneID: cloudflare.F(w.zoneID()),
		Body:   v5Body("TXT", "a-www.example.com", registry),
	})
	if err != nil {
		t.Fatal(err)
	}
	if text.Content != registry {
		t.Errorf("TXT content = %s, want the quotes kept", text.Content)
	}
	updated, err := c.DNS.Records.Update(t.Context(), created.ID,
		dns.RecordUpdateParams{ZoneID: cloudflare.F(w.zoneID()), Body: dns.RecordUpdateParamsBody{
			Name: cloudflare.F("www.example.com"), Type: cloudflare.F(dns.RecordUpdateParamsBodyTypeA),
			Content: cloudflare.F("192.0.2.2"), TTL: cloudflare.F(dns.TTL(300)),
			Proxied: cloudflare.F(true), Comment: cloudflare.F(""), Priority: cloudflare.F(0.0),
			Tags: cloudflare.F[any]([]string{}),
		}})
	if err != nil {
		t.Fatal(err)
	}
	if updated.ID != created.ID || updated.Content != "192.0.2.2" || !updated.Proxied || updated.TTL != dns.TTL1 {
		t.Errorf("updated = %+v", updated)
	}

	var seen []string
	for page := c.DNS.Records.ListAutoPaging(t.Context(),
		dns.RecordListParams{ZoneID: cloudflare.F(w.zoneID())}); page.Next(); {
		r := page.Current()
		seen = append(seen, fmt.Sprint(r.Type, " ", r.Name, " ", r.Content))
	}
	if !slices.Equal(seen, []string{"A www.example.com 192.0.2.2", "TXT a-www.example.com " + registry}) {
		t.Errorf("records = %q", seen)
	}
	for _, id := range []string{created.ID, text.ID} {
		if _, err := c.DNS.Records.Delete(t.Context(), id,
			dns.RecordDeleteParams{ZoneID: cloudflare.F(w.zoneID())}); err != nil {
			t.Error(err)
		}
	}
	if n := w.store.Len(w.zone.ID); n != 0 {
		t.Errorf("%d records are left", n)
	}
}

// 250 records: the pager asks until a page is empty and ignores result_info.
func TestV5PagesUntilEmpty(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill(250)
	n := 0
	page := w.v5(tokenValue).DNS.Records.ListAutoPaging(t.Context(),
		dns.RecordListParams{ZoneID: cloudflare.F(w.zoneID())})
	for page.Next() {
		n++
	}
	if err := page.Err(); err != nil || n != 250 {
		t.Errorf("%d records, error %v", n, err)
	}
	want := []string{
		"GET /zones/{zone}/dns_records", "GET /zones/{zone}/dns_records?page=2",
		"GET /zones/{zone}/dns_records?page=3", "GET /zones/{zone}/dns_records?page=4",
	}
	if got := w.ops(); !slices.Equal(got, want) {
		t.Errorf("requests %q", got)
	}
}

func TestV5OtherCalls(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill(1)
	c := w.v5(tokenValue)
	z, err := c.Zones.Get(t.Context(), zones.ZoneGetParams{ZoneID: cloudflare.F(w.zoneID())})
	if err != nil || z.Name != "example.com" || len(z.NameServers) != 2 || z.Account.Name == "" {
		t.Errorf("zone = %+v, %v", z, err)
	}
	list, err := c.DNS.Records.List(t.Context(), dns.RecordListParams{
		ZoneID: cloudflare.F(w.zoneID()), Type: cloudflare.F(dns.RecordListParamsTypeA),
		Name: cloudflare.F(dns.RecordListParamsName{Exact: cloudflare.F("host-0.example.com")}),
	})
	if err != nil || len(list.Result) != 1 {
		t.Fatalf("list = %+v, %v", list, err)
	}
	id := list.Result[0].ID
	got, err := c.DNS.Records.Get(t.Context(), id, dns.RecordGetParams{ZoneID: cloudflare.F(w.zoneID())})
	if err != nil || got.Name != "host-0.example.com" || !got.Proxiable {
		t.Errorf("record = %+v, %v", got, err)
	}
	edited, err := c.DNS.Records.Edit(t.Context(), id,
		dns.RecordEditParams{ZoneID: cloudflare.F(w.zoneID()), Body: dns.RecordEditParamsBody{
			Comment: cloudflare.F("seen"), Tags: cloudflare.F[any]([]string{"team:edge"}),
		}})
	if err != nil || edited.Comment != "seen" || edited.Content != got.Content || edited.CommentModifiedOn.IsZero() {
		t.Errorf("edited = %+v, %v", edited, err)
	}
	verified, err := c.User.Tokens.Verify(t.Context())
	if err != nil || string(verified.Status) != "active" || verified.ID != w.token.ID.String() {
		t.Errorf("verified = %+v, %v", verified, err)
	}
	out, err := c.DNS.Records.Batch(t.Context(), dns.RecordBatchParams{
		ZoneID:  cloudflare.F(w.zoneID()),
		Deletes: cloudflare.F([]dns.RecordBatchParamsDelete{{ID: cloudflare.F(id)}}),
		Posts: cloudflare.F([]dns.RecordBatchParamsPostUnion{
			dns.CNAMERecordParam{
				Name: cloudflare.F("host-0.example.com"), Type: cloudflare.F(dns.CNAMERecordTypeCNAME),
				Content: cloudflare.F("t.example.net"), TTL: cloudflare.F(dns.TTL1),
			},
		}),
	})
	if err != nil || len(out.Deletes) != 1 || len(out.Posts) != 1 || out.Posts[0].Content != "t.example.net" {
		t.Errorf("batch = %+v, %v", out, err)
	}
}

// external-dns decides by the HTTP status alone.
func TestV5StatusOfRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	post := func(token string, body dns.RecordNewParamsBody) error {
		_, err := w.v5(token).DNS.Records.New(t.Context(), dns.RecordNewParams{ZoneID: cloudflare.F(w.zoneID()), Body: body})
		return err
	}
	a := v5Body("A", "www.example.com", "192.0.2.1")
	if err := post(tokenValue, a); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name         string
		err          error
		status, code int
	}{
		{"identical", post(tokenValue, a), http.StatusBadRequest, 81058},
		{
			"A to CNAME in one synchronization", post(tokenValue, v5Body("CNAME", "www.example.com", "t.example.net")),
			http.StatusBadRequest, 81053,
		},
		{
			"SRV by content", post(tokenValue, v5Body("SRV", "_s._tcp.example.com", "0 50 80 t.example.com")),
			http.StatusBadRequest, 9101,
		},
		{"unknown token", post(unknownToken, a), http.StatusForbidden, 10000},
	} {
		var refused *cloudflare.Error
		if !errors.As(tc.err, &refused) || refused.StatusCode != tc.status || len(refused.Errors) != 1 ||
			refused.Errors[0].Code != int64(tc.code) {
			t.Errorf("%s: %v", tc.name, tc.err)
		}
	}
}
