package dns_test

import (
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	mdns "github.com/miekg/dns"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/dns"
	"github.com/edgeproof/edgeproof/mocks/journal"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

// clock is a time that a test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func add(t *testing.T, s *zone.Store, z *api.Zone, lines ...string) {
	t.Helper()
	for _, line := range lines {
		f := strings.SplitN(line, " ", 4) // name type proxied content
		c := zone.Draft(f[0], f[1], f[3])
		proxied := f[2] == "proxied"
		c.Proxied = &proxied
		if f[1] == "MX" {
			ten := uint16(10)
			c.Priority = &ten
		}
		if f[1] == "CAA" {
			c.Data = map[string]any{"flags": float64(0), "tag": "issue", "value": f[3]}
		}
		if f[1] == "DS" {
			c.Data = map[string]any{"key_tag": 1.0, "algorithm": 13.0, "digest_type": 2.0, "digest": f[3]}
		}
		if f[1] == "SRV" {
			c.Data = map[string]any{"priority": float64(1), "weight": float64(2), "port": float64(443), "target": f[3]}
		}
		if _, err := s.Create(z.ID, c); err != nil {
			t.Fatalf("create %s: %v", line, err)
		}
	}
}

func addZone(t *testing.T, s *zone.Store, z api.Zone) *api.Zone {
	t.Helper()
	added, err := s.AddZone(z)
	if err != nil {
		t.Fatal(err)
	}
	return added
}

func world(t *testing.T) (*zone.Store, *clock, dns.Options) {
	t.Helper()
	c := &clock{now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	s := zone.New(zone.Options{Now: c.Now})
	example := addZone(t, s, api.Zone{Name: "example.com"})
	add(t, s, example,
		"www A plain 192.0.2.1", "www AAAA plain 2001:db8::1", "www TXT plain hello",
		"a.b.ent A plain 192.0.2.2",
		"*.wild A plain 192.0.2.3", "x.wild TXT plain exists",
		"alias CNAME plain www.example.com", "abroad CNAME plain www.other.test", "nowhere CNAME plain gone.example.com",
		"unknown CNAME plain host.unknown.invalid", "loop CNAME plain pool.example.com", "pool CNAME plain loop.example.com",
		"@ MX plain mail.example.com", "@ CNAME plain www.other.test", "@ CAA plain letsencrypt.org",
		"shown A proxied 203.0.113.9", "shown TXT plain text", "hidden CNAME proxied www.other.test",
		"sub NS plain ns.sub.example.com", "ns.sub A plain 192.0.2.53", "_s._tcp SRV plain srv.example.com",
		`quoted TXT plain "one" "two \"q\""`,
	)
	other := addZone(t, s, api.Zone{
		Name:        "other.test",
		NameServers: []string{"cat.ns.cloudflare.com", "dan.ns.cloudflare.com"},
	})
	add(t, s, other, "www A plain 198.51.100.7")
	addZone(t, s, api.Zone{Name: "pending.test", Status: api.ZonePending})
	addZone(t, s, api.Zone{Name: "inner.example.com"})
	add(t, s, example, "inner NS plain ada.ns.cloudflare.com", "inner DS plain ab")
	return s, c, dns.Options{
		Store: s, Address: netip.MustParseAddr("192.0.2.99"), Own: []string{"api.cloudflare.com"},
		Elsewhere: map[string]netip.Addr{"bob.ns.cloudflare.com": netip.MustParseAddr("192.0.2.98")}, Now: c.Now,
	}
}

// shown is a reply in short: rcode, flags, then the records without their class.
func shown(m *mdns.Msg) []string {
	flags := mdns.RcodeToString[m.Rcode]
	for name, set := range map[string]bool{" aa": m.Authoritative, " tc": m.Truncated} {
		if set {
			flags += name
		}
	}
	out := []string{flags}
	for _, section := range []struct {
		mark    string
		records []mdns.RR
	}{{"", m.Answer}, {"ns: ", m.Ns}, {"extra: ", m.Extra}} {
		for _, rr := range section.records {
			if rr.Header().Rrtype == mdns.TypeOPT {
				continue
			}
			if soa, ok := rr.(*mdns.SOA); ok && section.mark != "" {
				out = append(out, section.mark+"SOA "+soa.Hdr.Name)
				continue
			}
			out = append(out, section.mark+strings.Join(strings.Fields(strings.Replace(rr.String(), "\tIN\t", " ", 1)), " "))
		}
	}
	return out
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	_, _, o := world(t)
	s := dns.New(o)
	v4, v6 := dns.Anycast("example.com", "shown.example.com")
	for _, tc := range []struct {
		role api.DNSRole
		name string
		typ  uint16
		want []string
	}{
		{api.RoleBoth, "www.example.com", mdns.TypeA, []string{"NOERROR aa", "www.example.com. 300 A 192.0.2.1"}},
		{api.RoleBoth, "WWW.Example.com", mdns.TypeAAAA, []string{"NOERROR aa", "WWW.Example.com. 300 AAAA 2001:db8::1"}},
		{api.RoleResolver, "www.example.com", mdns.TypeA, []string{"NOERROR", "www.example.com. 300 A 192.0.2.1"}},
		{api.RoleBoth, "www.example.com", mdns.TypeMX, []string{"NOERROR aa", "ns: SOA example.com."}},
		{api.RoleBoth, "gone.example.com", mdns.TypeA, []string{"NXDOMAIN aa", "ns: SOA example.com."}},
		{api.RoleBoth, "b.ent.example.com", mdns.TypeA, []string{"NOERROR aa", "ns: SOA example.com."}},
		{api.RoleBoth, "c.ent.example.com", mdns.TypeA, []string{"NXDOMAIN aa", "ns: SOA example.com."}},
		{api.RoleBoth, "y.z.wild.example.com", mdns.TypeA, []string{"NOERROR aa", "y.z.wild.example.com. 300 A 192.0.2.3"}},
		{api.RoleBoth, "y.wild.example.com", mdns.TypeTXT, []string{"NOERROR aa", "ns: SOA example.com."}},
		{api.RoleBoth, "x.wild.example.com", mdns.TypeA, []string{"NOERROR aa", "ns: SOA example.com."}},
		{api.RoleBoth, "y.x.wild.example.com", mdns.TypeA, []string{"NXDOMAIN aa", "ns: SOA example.com."}},
		{api.RoleBoth, "alias.example.com", mdns.TypeA, []string{
			"NOERROR aa",
			"alias.example.com. 300 CNAME www.example.com.", "www.example.com. 300 A 192.0.2.1",
		}},
		{
			api.RoleBoth, "alias.example.com", mdns.TypeCNAME,
			[]string{"NOERROR aa", "alias.example.com. 300 CNAME www.example.com."},
		},
		{
			api.RoleBoth, "alias.example.com", mdns.TypeMX,
			[]string{"NOERROR aa", "alias.example.com. 300 CNAME www.example.com.", "ns: SOA example.com."},
		},
		{
			api.RoleBoth, "abroad.example.com", mdns.TypeA,
			[]string{"NOERROR aa", "abroad.example.com. 300 CNAME www.other.test.", "www.other.test. 300 A 198.51.100.7"},
		},
		{api.RoleBoth, "nowhere.example.com", mdns.TypeA, []string{"NXDOMAIN aa", "nowhere.example.com. 300 CNAME " +
			"gone.example.com.", "ns: SOA example.com."}},
		{api.RoleBoth, "unknown.example.com", mdns.TypeA, []string{"NXDOMAIN aa", "unknown.example.com. 300 CNAME " +
			"host.unknown.invalid.", "ns: SOA ."}},
		{api.RoleAuthority, "unknown.example.com", mdns.TypeA, []string{"NOERROR aa", "unknown.example.com. 300 CNAME " +
			"host.unknown.invalid."}},
		{api.RoleBoth, "example.com", mdns.TypeSOA, []string{"NOERROR aa", "example.com. 3600 SOA ada.ns.cloudflare.com. " +
			"dns.cloudflare.com. 25 10000 2400 604800 1800"}},
		{api.RoleBoth, "example.com", mdns.TypeNS, []string{
			"NOERROR aa", "example.com. 86400 NS ada.ns.cloudflare.com.",
			"example.com. 86400 NS bob.ns.cloudflare.com.",
		}},
		{api.RoleBoth, "example.com", mdns.TypeA, []string{"NOERROR aa", "example.com. 300 A 198.51.100.7"}},
		{api.RoleBoth, "example.com", mdns.TypeCNAME, []string{"NOERROR aa", "ns: SOA example.com."}},
		{api.RoleBoth, "example.com", mdns.TypeMX, []string{"NOERROR aa", "example.com. 300 MX 10 mail.example.com."}},
		{api.RoleBoth, "example.com", mdns.TypeCAA, []string{
			"NOERROR aa",
			`example.com. 300 CAA 0 issue "letsencrypt.org"`,
		}},
		{api.RoleBoth, "_s._tcp.example.com", mdns.TypeSRV, []string{"NOERROR aa", "_s._tcp.example.com. 300 SRV 1 2 443 " +
			"srv.example.com."}},
		{
			api.RoleBoth, "quoted.example.com", mdns.TypeTXT,
			[]string{"NOERROR aa", `quoted.example.com. 300 TXT "one" "two \"q\""`},
		},
		{api.RoleBoth, "www.example.com", mdns.TypeANY, []string{"NOERROR aa", `www.example.com. 3789 HINFO "RFC8482" ""`}},
		{api.RoleBoth, "shown.example.com", mdns.TypeA, []string{"NOERROR aa", "shown.example.com. 300 A " +
			v4[0].String(), "shown.example.com. 300 A " + v4[1].String()}},
		{
			api.RoleBoth, "shown.example.com", mdns.TypeAAAA,
			[]string{"NOERROR aa", "shown.example.com. 300 AAAA " + v6[0].String(), "shown.example.com. 300 AAAA " +
				v6[1].String()},
		},
		{api.RoleBoth, "shown.example.com", mdns.TypeTXT, []string{"NOERROR aa", `shown.example.com. 300 TXT "text"`}},
		{api.RoleBoth, "hidden.example.com", mdns.TypeCNAME, []string{"NOERROR aa", "ns: SOA example.com."}},
		{
			api.RoleAuthority, "x.sub.example.com", mdns.TypeA,
			[]string{
				"NOERROR", "ns: sub.example.com. 300 NS ns.sub.example.com.",
				"extra: ns.sub.example.com. 300 A 192.0.2.53",
			},
		},
		{api.RoleBoth, "x.sub.example.com", mdns.TypeA, []string{"SERVFAIL"}},
		{api.RoleAuthority, "sub.example.com", mdns.TypeDS, []string{"NOERROR aa", "ns: SOA example.com."}},
		// The parent answers for DS: to a resolver's client, never the zone itself.
		{api.RoleBoth, "sub.example.com", mdns.TypeDS, []string{"NOERROR aa", "ns: SOA example.com."}},
		{api.RoleBoth, "example.com", mdns.TypeDS, []string{"NOERROR", "ns: SOA ."}},
		{api.RoleBoth, "other.test", mdns.TypeDS, []string{"NOERROR", "ns: SOA ."}},
		{api.RoleResolver, "inner.example.com", mdns.TypeDS, []string{"NOERROR", "inner.example.com. 300 DS 1 13 2 AB"}},
		{api.RoleAuthority, "example.com", mdns.TypeDS, []string{"NOERROR aa", "ns: SOA example.com."}},
		{api.RoleAuthority, "www.foreign.test", mdns.TypeA, []string{"REFUSED"}},
		{api.RoleAuthority, "api.cloudflare.com", mdns.TypeA, []string{"REFUSED"}},
		{
			api.RoleAuthority, "pending.test", mdns.TypeNS,
			[]string{
				"NOERROR aa", "pending.test. 86400 NS ada.ns.cloudflare.com.",
				"pending.test. 86400 NS bob.ns.cloudflare.com.",
			},
		},
		{api.RoleBoth, "pending.test", mdns.TypeNS, []string{"NXDOMAIN", "ns: SOA ."}},
		{api.RoleBoth, "api.cloudflare.com", mdns.TypeA, []string{"NOERROR", "api.cloudflare.com. 60 A 192.0.2.99"}},
		{api.RoleBoth, "api.cloudflare.com", mdns.TypeAAAA, []string{"NOERROR", "ns: SOA ."}},
		{api.RoleBoth, "dan.ns.cloudflare.com", mdns.TypeA, []string{"NOERROR", "dan.ns.cloudflare.com. 60 A 192.0.2.99"}},
		{api.RoleBoth, "bob.ns.cloudflare.com", mdns.TypeA, []string{"NOERROR", "bob.ns.cloudflare.com. 60 A 192.0.2.98"}},
		{api.RoleBoth, "com", mdns.TypeSOA, []string{"NOERROR", "ns: SOA ."}},
		{api.RoleBoth, ".", mdns.TypeNS, []string{"NOERROR", "ns: SOA ."}},
		{api.RoleBoth, "stranger.test", mdns.TypeA, []string{"NXDOMAIN", "ns: SOA ."}},
	} {
		t.Run(strings.Join([]string{string(tc.role), tc.name, mdns.TypeToString[tc.typ]}, " "), func(t *testing.T) {
			t.Parallel()
			reply := s.Ask(tc.role, tc.name, tc.typ)
			if diff := cmp.Diff(tc.want, shown(reply)); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
			if reply.RecursionAvailable == (tc.role == api.RoleAuthority) {
				t.Errorf("RA = %v", reply.RecursionAvailable)
			}
		})
	}
}

func TestLoopsEnd(t *testing.T) {
	t.Parallel()
	_, _, o := world(t)
	if reply := dns.New(o).Ask(api.RoleBoth, "loop.example.com", mdns.TypeA); reply.Rcode != mdns.RcodeServerFailure {
		t.Errorf("a loop of CNAMEs: %v", shown(reply))
	}
	query := new(mdns.Msg).SetQuestion("loop.example.com.", mdns.TypeA)
	query.RecursionDesired = false
	for _, role := range []api.DNSRole{api.RoleAuthority, api.RoleBoth} {
		if reply := dns.New(o).Answer(role, query); reply.Rcode != mdns.RcodeSuccess || len(reply.Answer) != 2 {
			t.Errorf("a loop of CNAMEs, as %s: %v", role, shown(reply))
		}
	}
}

func TestUnknownNamesAreCounted(t *testing.T) {
	t.Parallel()
	_, _, o := world(t)
	s := dns.New(o)
	for range 3 {
		s.Ask(api.RoleBoth, "telemetry.vendor.test", mdns.TypeA)
	}
	s.Ask(api.RoleBoth, "Updates.vendor.test", mdns.TypeAAAA)
	s.Ask(api.RoleBoth, "gone.example.com", mdns.TypeA) // inside a zone: known not to exist
	s.Ask(api.RoleBoth, "api.cloudflare.com", mdns.TypeA)
	names, total := s.Unknown()
	if total != 4 || len(names) != 2 || names[0].Name != "telemetry.vendor.test" || names[0].Count != 3 ||
		len(names[0].Clients) != 1 || names[0].Clients[0] != "control" || names[1].Name != "updates.vendor.test" {
		t.Errorf("total %d, names %+v", total, names)
	}
	s.ForgetUnknown()
	if names, total := s.Unknown(); total != 0 || len(names) != 0 {
		t.Errorf("after forget: %d %v", total, names)
	}
}

func TestJournal(t *testing.T) {
	t.Parallel()
	_, _, o := world(t)
	j := journal.New(10)
	o.Journal = j
	dns.New(o).Ask(api.RoleBoth, "WWW.example.com", mdns.TypeTXT)
	got := j.Entries(api.JournalFilter{})
	if len(got) != 1 || got[0].Op != "TXT www.example.com." || got[0].Outcome != "NOERROR" ||
		got[0].Detail["answer"] != "hello" || got[0].Source != api.SourceDNS {
		t.Errorf("journal %+v", got)
	}
}
