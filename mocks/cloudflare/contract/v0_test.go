package contract_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/cloudflare/cloudflare-go"

	"github.com/edgeproof/edgeproof/mocks/control/api"
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

// The old client trusts result_info and asks for exactly total_pages.
func TestV0PagesByResultInfo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill(250)
	for i := range 60 {
		w.addZone(fmt.Sprintf("z%d.example.org", i), zone.Free())
	}
	c := w.v0(tokenValue)
	found, info, err := c.ListDNSRecords(t.Context(), cloudflare.ZoneIdentifier(w.zoneID()),
		cloudflare.ListDNSRecordsParams{Type: "A"})
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

// The old client makes a type of error of each class of status.
func TestV0ErrorClasses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rc := cloudflare.ZoneIdentifier(w.zoneID())
	none := api.NewID().String()
	var notFound *cloudflare.NotFoundError
	if _, err := w.v0(tokenValue).GetDNSRecord(t.Context(), rc, none); !errors.As(err, &notFound) ||
		!notFound.InternalErrorCodeIs(81044) {
		t.Errorf("unknown record: %v", err)
	}
	// It calls 403 an authentication error and 401 an authorization error.
	var forbidden *cloudflare.AuthenticationError
	if _, err := w.v0(unknownToken).GetDNSRecord(t.Context(), rc, none); !errors.As(err, &forbidden) ||
		!forbidden.InternalErrorCodeIs(10000) {
		t.Errorf("unknown token: %v", err)
	}
	var unauthorized *cloudflare.AuthorizationError
	if _, err := w.v0(unknownToken).VerifyAPIToken(t.Context()); !errors.As(err, &unauthorized) ||
		!unauthorized.InternalErrorCodeIs(1000) {
		t.Errorf("verify of an unknown token: %v", err)
	}
	var request *cloudflare.RequestError
	_, err := w.v0(tokenValue).CreateDNSRecord(t.Context(), rc,
		cloudflare.CreateDNSRecordParams{Type: "A", Name: "x", Content: "x"})
	if !errors.As(err, &request) || !request.InternalErrorCodeIs(9005) {
		t.Errorf("bad content: %v", err)
	}
}
