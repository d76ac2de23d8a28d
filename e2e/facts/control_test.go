package facts_test

import (
	"context"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/probe"
	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/control/server"
	"github.com/edgeproof/edgeproof/mocks/dns"
	"github.com/edgeproof/edgeproof/mocks/journal"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

// fake is a fake internet without listeners of its own, and a client of its control API.
func fake(t *testing.T) (*zone.Store, *journal.Journal, *api.Client) {
	t.Helper()
	store, kept := zone.New(zone.Options{}), journal.New(5000)
	listener := httptest.NewServer(server.New(server.Internet{
		Store: store, Journal: kept, DNS: dns.New(dns.Options{Store: store, Address: netip.MustParseAddr("192.0.2.1")}),
		Probe: server.ProbeWith(probe.New(probe.Options{Resolver: "127.0.0.1:1"}).Probe),
	}))
	t.Cleanup(listener.Close)
	return store, kept, api.NewClient(listener.URL, nil)
}

func TestFromControl(t *testing.T) {
	t.Parallel()
	store, _, client := fake(t)
	z, err := store.AddZone(api.Zone{Name: "safeops.work"})
	if err != nil {
		t.Fatal(err)
	}
	caa := zone.Change{
		Name: new("@"), Type: new("CAA"),
		Data: map[string]any{"flags": 0.0, "tag": "issue", "value": "letsencrypt.org"},
	}
	for _, d := range []zone.Change{
		zone.Draft("develop", "A", "203.0.113.10"), zone.Draft("www", "CNAME", "develop.safeops.work"),
		zone.Draft("_acme-challenge", "TXT", "a proof"), caa,
	} {
		if _, err := store.Create(z.ID, d); err != nil {
			t.Fatal(err)
		}
	}
	ctx, internet := context.Background(), facts.FromControl(client)

	var none facts.Credential
	zones, err := internet.Zones(ctx, none)
	if err != nil || len(zones) != 1 || zones[0].Name != "safeops.work" || zones[0].Status != "active" {
		t.Errorf("zones: %+v, %v", zones, err)
	}
	records, err := internet.Records(ctx, none, "safeops.work")
	if err != nil || len(records) != 4 || records[0].ID == "" || records[0].Created.IsZero() {
		t.Errorf("records: %+v, %v", records, err)
	}
	if _, err := internet.Records(ctx, none, "example.org"); err == nil {
		t.Error("records of an unknown zone: no error")
	}
	for _, c := range []struct {
		at   facts.Server
		name string
		want facts.Answer
	}{
		{facts.Authority, "A develop.safeops.work", facts.Answer{Rcode: "NOERROR", Addresses: []string{"203.0.113.10"}}},
		{facts.Resolver, "A www.safeops.work", facts.Answer{
			Rcode: "NOERROR", Names: []string{"develop.safeops.work"},
			Addresses: []string{"203.0.113.10"},
		}},
		{facts.Resolver, "A nope.safeops.work", facts.Answer{Rcode: "NXDOMAIN"}},
		{facts.Authority, "A example.org", facts.Answer{Rcode: "REFUSED"}},
		{facts.Resolver, "TXT _acme-challenge.safeops.work", facts.Answer{Rcode: "NOERROR", Data: []string{"a proof"}}},
		{facts.Resolver, "NS safeops.work", facts.Answer{
			Rcode: "NOERROR",
			Data:  []string{"ada.ns.cloudflare.com", "bob.ns.cloudflare.com"},
		}},
		{facts.Resolver, "SOA safeops.work", facts.Answer{Rcode: "NOERROR", Data: []string{"ada.ns.cloudflare.com"}}},
		{facts.Resolver, "SOA develop.safeops.work", facts.Answer{Rcode: "NOERROR"}},
		{facts.Resolver, "CAA safeops.work", facts.Answer{Rcode: "NOERROR", Data: []string{`0 issue "letsencrypt.org"`}}},
	} {
		qtype, name, _ := strings.Cut(c.name, " ")
		got, err := internet.Lookup(ctx, c.at, name, qtype)
		if err != nil {
			t.Errorf("%s of the %s: %v", c.name, c.at, err)
		}
		if d := cmp.Diff(c.want, got, cmpopts.IgnoreFields(facts.Answer{}, "TTL")); d != "" {
			t.Errorf("%s of the %s (-want +got):\n%s", c.name, c.at, d)
		}
	}
	report, err := internet.Probe(ctx, probe.Request{URL: "https://develop.safeops.work/", TimeoutMillis: 500})
	if err != nil || report.Failed != probe.StepResolve {
		t.Errorf("probe without a resolver: %+v, %v", report, err)
	}
}
