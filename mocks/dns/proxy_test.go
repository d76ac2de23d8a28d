package dns_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	mdns "github.com/miekg/dns"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/dns"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

func ptr[T any](v T) *T { return &v }

// What the proxy's names answer: addresses of the edge in both families, whatever the origin has, with TTL 300,
// and the HTTPS record that goes with them; never the origin.
func TestProxiedNames(t *testing.T) {
	t.Parallel()
	store, _, o := world(t)
	s := dns.New(o)
	add(
		t, store, store.ZonesNamed("example.com")[0],
		"half A proxied 203.0.113.1", "half A plain 203.0.113.2", "half AAAA plain 2001:db8::7",
		"*.any CNAME proxied www.other.test",
	)
	edge := []netip.Prefix{
		netip.MustParsePrefix("104.16.0.0/13"), netip.MustParsePrefix("172.64.0.0/13"),
		netip.MustParsePrefix("2606:4700::/32"),
	}
	for _, name := range []string{"shown.example.com", "half.example.com", "hidden.example.com", "x.any.example.com"} {
		for _, typ := range []uint16{mdns.TypeA, mdns.TypeAAAA} {
			reply := s.Ask(api.RoleBoth, name, typ)
			if len(reply.Answer) != 2 {
				t.Errorf("%s %s: %v", name, mdns.TypeToString[typ], shown(reply))
			}
			for _, rr := range reply.Answer {
				text := strings.Fields(rr.String())
				addr, err := netip.ParseAddr(text[len(text)-1])
				in := func(p netip.Prefix) bool { return p.Contains(addr) }
				if err != nil || rr.Header().Ttl != 300 || !in(edge[0]) && !in(edge[1]) && !in(edge[2]) {
					t.Errorf("%s: %s is no address of the edge", name, rr)
				}
			}
		}
		reply := s.Ask(api.RoleBoth, name, mdns.TypeHTTPS)
		if len(reply.Answer) != 1 || !strings.Contains(reply.Answer[0].String(), "ipv4hint=") {
			t.Errorf("%s HTTPS: %v", name, shown(reply))
		}
	}
	if got := s.Ask(api.RoleBoth, "www.example.com", mdns.TypeHTTPS); len(got.Answer) != 0 {
		t.Errorf("HTTPS of a name that is not proxied: %v", shown(got))
	}
}

func TestAddressFamiliesOfProxiedNames(t *testing.T) {
	t.Parallel()
	store, _, o := world(t)
	s := dns.New(o)
	for _, c := range []zone.Change{
		{Name: ptr("four"), Type: ptr("CNAME"), Content: ptr("www.other.test"), Proxied: ptr(true), IPv4Only: ptr(true)},
		{Name: ptr("six"), Type: ptr("A"), Content: ptr("203.0.113.1"), Proxied: ptr(true), IPv6Only: ptr(true)},
		{Name: ptr("open"), Type: ptr("A"), Content: ptr("203.0.113.1"), IPv6Only: ptr(true)}, // not proxied: no effect
	} {
		if _, err := store.Create(store.ZonesNamed("example.com")[0].ID, c); err != nil {
			t.Fatal(err)
		}
	}
	for _, tc := range []struct {
		name    string
		typ     uint16
		answers int
	}{
		{"four", mdns.TypeA, 2},
		{"four", mdns.TypeAAAA, 0},
		{"six", mdns.TypeA, 0},
		{"six", mdns.TypeAAAA, 2},
		{"open", mdns.TypeA, 1},
	} {
		reply := s.Ask(api.RoleBoth, tc.name+".example.com", tc.typ)
		if len(reply.Answer) != tc.answers || reply.Rcode != mdns.RcodeSuccess || tc.answers == 0 && len(reply.Ns) != 1 {
			t.Errorf("%s %s: %v", tc.name, mdns.TypeToString[tc.typ], shown(reply))
		}
	}
	for name, hint := range map[string]string{"four": "ipv6hint", "six": "ipv4hint"} {
		if text := s.Ask(api.RoleBoth, name+".example.com", mdns.TypeHTTPS).Answer[0].String(); strings.Contains(text,
			hint) {
			t.Errorf("%s HTTPS: %s", name, text)
		}
	}
}

// A CNAME at the apex, and one that is to be flattened elsewhere, answers the target's addresses under its own
// name with the smaller of the two TTLs.
func TestFlattening(t *testing.T) {
	t.Parallel()
	store, _, o := world(t)
	s := dns.New(o)
	z, other := store.ZonesNamed("example.com")[0], store.ZonesNamed("other.test")[0]
	for _, c := range []struct {
		zone api.ID
		zone.Change
	}{
		{other.ID, zone.Change{Name: ptr("slow"), Type: ptr("A"), Content: ptr("198.51.100.8"), TTL: ptr(3600)}},
		{other.ID, zone.Change{Name: ptr("quick"), Type: ptr("A"), Content: ptr("198.51.100.9"), TTL: ptr(60)}},
		{z.ID, zone.Change{
			Name: ptr("flat"), Type: ptr("CNAME"), Content: ptr("slow.other.test"), TTL: ptr(120),
			FlattenCNAME: ptr(true),
		}},
		{z.ID, zone.Change{
			Name: ptr("flat2"), Type: ptr("CNAME"), Content: ptr("quick.other.test"), TTL: ptr(120),
			FlattenCNAME: ptr(true),
		}},
		{z.ID, zone.Change{
			Name: ptr("chain"), Type: ptr("CNAME"), Content: ptr("flat2.example.com"),
			FlattenCNAME: ptr(true),
		}},
		{z.ID, zone.Change{Name: ptr("lost"), Type: ptr("CNAME"), Content: ptr("missing.invalid"), FlattenCNAME: ptr(true)}},
		{z.ID, zone.Change{
			Name: ptr("round"), Type: ptr("CNAME"), Content: ptr("about.example.com"),
			FlattenCNAME: ptr(true),
		}},
		{z.ID, zone.Change{
			Name: ptr("about"), Type: ptr("CNAME"), Content: ptr("round.example.com"),
			FlattenCNAME: ptr(true),
		}},
	} {
		if _, err := store.Create(c.zone, c.Change); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string][]string{
		"example.com":       {"NOERROR aa", "example.com. 300 A 198.51.100.7"},
		"flat.example.com":  {"NOERROR aa", "flat.example.com. 120 A 198.51.100.8"},
		"flat2.example.com": {"NOERROR aa", "flat2.example.com. 60 A 198.51.100.9"},
		"chain.example.com": {"NOERROR aa", "chain.example.com. 60 A 198.51.100.9"},
		"lost.example.com":  {"NOERROR aa", "ns: SOA example.com."},
	} {
		if diff := cmp.Diff(want, shown(s.Ask(api.RoleBoth, name, mdns.TypeA))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if got := s.Ask(api.RoleBoth, "round.example.com", mdns.TypeA); len(got.Answer) != 0 {
		t.Errorf("a loop: %v", shown(got))
	}
	if names, _ := s.Unknown(); len(names) != 1 || names[0].Name != "missing.invalid" {
		t.Errorf("the target that is not here is not counted: %v", names)
	}
}

// Text without quotes is one text, and served in character-strings of at most 255 bytes.
func TestLongText(t *testing.T) {
	t.Parallel()
	store, _, o := world(t)
	long := strings.Repeat("0123456789", 60)
	add(t, store, store.ZonesNamed("example.com")[0], "long TXT plain "+long)
	reply := dns.New(o).Ask(api.RoleBoth, "long.example.com", mdns.TypeTXT)
	txt, ok := reply.Answer[0].(*mdns.TXT)
	if !ok || len(txt.Txt) != 3 || len(txt.Txt[0]) != 255 || strings.Join(txt.Txt, "") != long {
		t.Errorf("%v", shown(reply))
	}
}
