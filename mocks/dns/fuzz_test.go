package dns_test

import (
	"testing"

	mdns "github.com/miekg/dns"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/dns"
	"github.com/edgeproof/edgeproof/mocks/journal"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

// fuzzed is a server with something of each kind.
func fuzzed(f *testing.F) *dns.Server {
	f.Helper()
	store := zone.New(zone.Options{})
	z, err := store.AddZone(api.Zone{Name: "example.com"})
	if err != nil {
		f.Fatal(err)
	}
	for _, c := range []zone.Change{
		zone.Draft("www", "A", "192.0.2.1"), zone.Draft("*.wild", "TXT", "any"),
		zone.Draft("alias", "CNAME", "alias2.example.com"),
		zone.Draft("alias2", "CNAME", "x.wild.example.com"), zone.Draft("sub", "NS", "ns.sub.example.com"),
		zone.Draft("@", "CNAME", "www.example.com"),
	} {
		if _, err := store.Create(z.ID, c); err != nil {
			f.Fatal(err)
		}
	}
	return dns.New(dns.Options{Store: store, Journal: journal.New(100)})
}

// FuzzPacket: whatever arrives and is a message at all gets a reply that can be sent, with its id.
func FuzzPacket(f *testing.F) {
	s := fuzzed(f)
	for _, name := range []string{"www.example.com.", "a.wild.example.com.", "alias.example.com.", "."} {
		query := new(mdns.Msg).SetQuestion(name, mdns.TypeTXT)
		query.SetEdns0(4096, true)
		packet, err := query.Pack()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(packet)
	}
	f.Fuzz(func(t *testing.T, packet []byte) {
		query := new(mdns.Msg)
		if query.Unpack(packet) != nil || query.Response {
			return // the listener answers these by itself, or not at all
		}
		reply := s.Answer(api.RoleBoth, query)
		if _, err := reply.Pack(); err != nil || reply.Id != query.Id || !reply.Response {
			t.Errorf("%v\nreply %v\n%v", query, reply, err)
		}
	})
}

// FuzzQuestion: whatever name and type is queried, the reply can be packed, and
// what exists answers the same as before.
func FuzzQuestion(f *testing.F) {
	s := fuzzed(f)
	for _, name := range []string{
		"www.example.com", "a.wild.example.com", "alias.example.com", "x.sub.example.com", ".",
		"*.example.com", `\000.example.com`, "a..b", "com",
	} {
		f.Add(name, uint16(mdns.TypeA), byte(0))
	}
	f.Fuzz(func(t *testing.T, name string, qtype uint16, role byte) {
		if _, ok := mdns.IsDomainName(name); !ok {
			return
		}
		query, err := new(mdns.Msg).SetQuestion(mdns.Fqdn(name), qtype).Pack()
		if err != nil || new(mdns.Msg).Unpack(query) != nil {
			return // never comes over the wire
		}
		reply := s.Ask([]api.DNSRole{api.RoleBoth, api.RoleAuthority, api.RoleResolver}[role%3], name, qtype)
		if _, err := reply.Pack(); err != nil {
			t.Errorf("%s %d: %v", name, qtype, err)
		}
		if www := s.Ask(api.RoleBoth, "www.example.com", mdns.TypeA); len(www.Answer) != 1 {
			t.Errorf("after %s %d: %v", name, qtype, www)
		}
	})
}
