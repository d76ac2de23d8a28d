package dns_test

import (
	"strings"
	"testing"
	"time"

	mdns "github.com/miekg/dns"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/dns"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

func TestPublishDelay(t *testing.T) {
	t.Parallel()
	store, c, o := world(t)
	s := dns.New(o)
	if err := s.SetDelays([]dns.Delay{{Name: "slow.example.com", Type: "TXT", By: time.Minute}}); err != nil {
		t.Fatal(err)
	}
	z := store.ZonesNamed("example.com")[0]
	add(t, store, z, "slow TXT plain late", "slow A plain 192.0.2.8")
	see := func() string { return shown(s.Ask(api.RoleBoth, "slow.example.com", mdns.TypeTXT))[1] }
	if got := see(); !strings.Contains(got, "SOA") {
		t.Errorf("at once: %s", got)
	}
	if got := shown(s.Ask(api.RoleBoth, "slow.example.com", mdns.TypeA)); len(got) != 2 ||
		!strings.Contains(got[1], "192.0.2.8") {
		t.Errorf("the other type: %v", got)
	}
	c.pass(time.Minute)
	if got := see(); !strings.Contains(got, "late") {
		t.Errorf("after a minute: %s", got)
	}
	var id api.ID
	store.Read(func(v zone.View) {
		zv, _ := v.Best("slow.example.com")
		for _, r := range zv.Records("slow.example.com") {
			if r.Type == "TXT" {
				id = r.ID
			}
		}
	})
	if _, err := store.Delete(z.ID, id); err != nil {
		t.Fatal(err)
	}
	if got := see(); !strings.Contains(got, "late") {
		t.Errorf("deleted a moment ago: %s", got)
	}
	c.pass(time.Minute)
	if got := see(); !strings.Contains(got, "SOA") {
		t.Errorf("a minute after it was deleted: %s", got)
	}
	if err := s.SetDelays([]dns.Delay{{By: -1}}); err == nil {
		t.Error("a negative delay was taken")
	}
}

// A name that is published late does not exist until then, and a deleted name exists just as long: what
// applies to a record applies to its name.
func TestLateNames(t *testing.T) {
	t.Parallel()
	store, c, o := world(t)
	s := dns.New(o)
	c.pass(time.Hour)
	if err := s.SetDelays([]dns.Delay{{Name: "example.com", By: time.Minute}}); err != nil {
		t.Fatal(err)
	}
	z := store.ZonesNamed("example.com")[0]
	add(t, store, z, "late A plain 192.0.2.8", "*.star A plain 192.0.2.9")
	for _, step := range []struct {
		pass         time.Duration
		before, star string
	}{{0, "NXDOMAIN aa", "NXDOMAIN aa"}, {time.Minute, "NOERROR aa", "NOERROR aa"}} {
		c.pass(step.pass)
		for name, want := range map[string]string{
			"late.example.com": step.before, "x.star.example.com": step.star,
			"www.example.com": "NOERROR aa", "b.ent.example.com": "NOERROR aa",
		} {
			if got := shown(s.Ask(api.RoleBoth, name, mdns.TypeMX)); got[0] != want {
				t.Errorf("after %v, %s: %v, want %s", step.pass, name, got, want)
			}
		}
	}
}

// The longest delay behind the longest lag: what was replaced is served until then, and never neither.
func TestTheLongestDelay(t *testing.T) {
	t.Parallel()
	store, c, o := world(t)
	s := dns.New(o)
	if err := s.SetDelays([]dns.Delay{{By: time.Hour}}); err != nil {
		t.Fatal(err)
	}
	second := serve(t, s, dns.Listener{Name: "secondary", Role: api.RoleAuthority, Lag: time.Hour})
	c.pass(24 * time.Hour)
	z := store.ZonesNamed("example.com")[0]
	found, _, err := store.List(z.ID, zone.Query{Name: zone.Match{Exact: "www.example.com"}, Type: "A"})
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	if _, err := store.Patch(z.ID, found[0].ID, zone.Change{Content: &[]string{"192.0.2.77"}[0]}); err != nil {
		t.Fatal(err)
	}
	c.pass(2*time.Hour - time.Second)
	add(t, store, z, "other A plain 192.0.2.1") // a write drops versions that are no longer served
	for _, step := range []struct {
		pass time.Duration
		want string
	}{{0, "192.0.2.1"}, {time.Second, "192.0.2.77"}} {
		c.pass(step.pass)
		got := shown(exchange(t, "udp", second, new(mdns.Msg).SetQuestion("www.example.com.", mdns.TypeA)))
		if len(got) != 2 || !strings.HasSuffix(got[1], " "+step.want) {
			t.Errorf("after %v more: %v, want %s", step.pass, got, step.want)
		}
	}
	if err := s.SetDelays(make([]dns.Delay, 1001)); err == nil {
		t.Error("1001 delays were taken")
	}
	if err := s.SetDelays([]dns.Delay{{By: time.Hour + 1}}); err == nil {
		t.Error("a delay of more than an hour was taken")
	}
}
