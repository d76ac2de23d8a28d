package facts_test

import (
	"context"
	"net/http/httptest"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/mocks/control"
	"github.com/edgeproof/edgeproof/mocks/dns"
	"github.com/edgeproof/edgeproof/mocks/journal"
	"github.com/edgeproof/edgeproof/mocks/outside"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

func TestFromControl(t *testing.T) {
	t.Parallel()
	store := zone.New(zone.Options{})
	z, err := store.AddZone(zone.Zone{Name: "safeops.work"})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range []zone.Change{zone.Draft("develop", "A", "203.0.113.10"), zone.Draft("www", "CNAME", "develop.safeops.work")} {
		if _, err := store.Create(z.ID, d); err != nil {
			t.Fatal(err)
		}
	}
	server := httptest.NewServer(control.New(control.Internet{
		Store: store, Journal: journal.New(10), DNS: dns.New(dns.Options{Store: store, Address: netip.MustParseAddr("192.0.2.1")}),
		Outside: outside.New(outside.Options{Resolver: "127.0.0.1:1"}),
	}))
	t.Cleanup(server.Close)
	ctx, internet := context.Background(), facts.FromControl(control.NewClient(server.URL, nil))

	zones, err := internet.Zones(ctx)
	if err != nil || len(zones) != 1 || zones[0].Name != "safeops.work" || zones[0].Status != "active" {
		t.Errorf("zones: %+v, %v", zones, err)
	}
	records, err := internet.Records(ctx, "safeops.work")
	if err != nil || len(records) != 2 || records[0].ID == "" || records[0].Created.IsZero() {
		t.Errorf("records: %+v, %v", records, err)
	}
	if _, err := internet.Records(ctx, "example.org"); err == nil {
		t.Error("records of an unknown zone: no error")
	}
	for _, c := range []struct {
		at   facts.Server
		host string
		want facts.Answer
	}{
		{facts.Authority, "develop.safeops.work", facts.Answer{Rcode: "NOERROR", Addresses: []string{"203.0.113.10"}}},
		{facts.Resolver, "www.safeops.work", facts.Answer{Rcode: "NOERROR", Names: []string{"develop.safeops.work"}, Addresses: []string{"203.0.113.10"}}},
		{facts.Resolver, "nope.safeops.work", facts.Answer{Rcode: "NXDOMAIN"}},
		{facts.Authority, "example.org", facts.Answer{Rcode: "REFUSED"}},
	} {
		got, err := internet.Lookup(ctx, c.at, c.host)
		if err != nil {
			t.Errorf("%s of the %s: %v", c.host, c.at, err)
		}
		if d := cmp.Diff(c.want, got, cmpopts.IgnoreFields(facts.Answer{}, "TTL")); d != "" {
			t.Errorf("%s of the %s (-want +got):\n%s", c.host, c.at, d)
		}
	}
	report, err := internet.Probe(ctx, outside.Request{URL: "https://develop.safeops.work/", TimeoutMillis: 500})
	if err != nil || report.Failed != outside.StepResolve {
		t.Errorf("probe without a resolver: %+v, %v", report, err)
	}
}
