package zone_test

import (
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

func with(c zone.Change, edit func(*zone.Change)) zone.Change {
	edit(&c)
	return c
}

func ptr[T any](v T) *T { return &v }

// Each refusal with the records that the zone must have before. The evidence is that of research into the real API;
// "UNV" marks codes or messages that could not be confirmed.
func TestRecordRules(t *testing.T) {
	t.Parallel()
	proxied := func(c *zone.Change) { c.Proxied = ptr(true) }
	ttl := func(n int) func(*zone.Change) { return func(c *zone.Change) { c.TTL = &n } }
	const conflictURL = "<https://developers.cloudflare.com/dns/manage-dns-records/troubleshooting/records-with-same-name/>."
	for name, tc := range map[string]struct {
		before   []zone.Change
		change   zone.Change
		code     int
		message  string
		evidence zone.Evidence
	}{
		"identical": {
			before: []zone.Change{zone.Draft("a", "A", "192.0.2.1")}, change: zone.Draft("A.example.com", "A", "192.0.2.1"),
			code: 81058, message: "An identical record already exists.", evidence: zone.Recorded,
		},
		"identical TXT": {
			before: []zone.Change{zone.Draft("a", "TXT", "v")}, change: zone.Draft("a", "TXT", "v"),
			code: 81058, message: "An identical record already exists.", evidence: zone.Recorded,
		},
		"CNAME beside A": {
			before: []zone.Change{zone.Draft("a", "A", "192.0.2.1")}, change: zone.Draft("a", "CNAME", "t.example.net"),
			code: 81053, message: "An A, AAAA, or CNAME record with that host already exists. For more details, refer to " +
				conflictURL, evidence: zone.Reported,
		},
		"second CNAME": {
			before: []zone.Change{zone.Draft("a", "CNAME", "s.example.net")}, change: zone.Draft("a", "CNAME", "t.example.net"),
			code: 81053, message: "An A, AAAA, or CNAME record with that host already exists. For more details, refer to " +
				conflictURL, evidence: zone.Reported,
		},
		"AAAA beside CNAME": {
			before: []zone.Change{zone.Draft("a", "CNAME", "t.example.net")}, change: zone.Draft("a", "AAAA", "2001:db8::1"),
			code: 81054, message: "A CNAME record with that host already exists. For more details, refer to " +
				conflictURL, evidence: zone.Reported,
		},
		"A on a delegated name": {
			before: []zone.Change{zone.Draft("sub", "NS", "ns1.example.net")}, change: zone.Draft("sub", "A", "192.0.2.1"),
			code: 81056, message: "NS records with that host already exist.", evidence: zone.Documented,
		},
		"NS beside A": {
			before: []zone.Change{zone.Draft("sub", "A", "192.0.2.1")}, change: zone.Draft("sub", "NS", "ns1.example.net"),
			code: 81053, evidence: zone.Unverified,
		},
		"private target proxied": {
			change: with(zone.Draft("a", "A", "10.1.2.3"), proxied),
			code:   9003, message: "Target 10.1.2.3 is not allowed for a proxied record.", evidence: zone.Reported,
		},
		"resolver proxied": {change: with(zone.Draft("a", "A", "1.1.1.1"), proxied), code: 9003, evidence: zone.Reported},
		"edge proxied":     {change: with(zone.Draft("a", "A", "104.16.1.1"), proxied), code: 9003, evidence: zone.Reported},
		"CGNAT proxied":    {change: with(zone.Draft("a", "A", "100.64.1.1"), proxied), code: 9003, evidence: zone.Reported},
		"ULA proxied":      {change: with(zone.Draft("a", "AAAA", "fd00::1"), proxied), code: 9003, evidence: zone.Reported},
		"TXT proxied": {
			change: with(zone.Draft("a", "TXT", "x"), proxied),
			code:   9004, message: "This record type cannot be proxied.", evidence: zone.Reported,
		},
		"TTL too short": {
			change: with(zone.Draft("a", "A", "192.0.2.1"), ttl(59)),
			code:   9021, message: "TTL must be between 60 and 86400 seconds, or 1 for Automatic.", evidence: zone.Reported,
		},
		"TTL too long": {change: with(zone.Draft("a", "A", "192.0.2.1"), ttl(86401)), code: 9021, evidence: zone.Reported},
		"empty name": {
			change: zone.Draft("", "A", "192.0.2.1"), code: 9000, message: "DNS name is invalid.",
			evidence: zone.Reported,
		},
		"double dot": {change: zone.Draft("a..b", "A", "192.0.2.1"), code: 9000, evidence: zone.Reported},
		"long label": {change: zone.Draft(strings.Repeat("a", 64), "A", "192.0.2.1"), code: 9000, evidence: zone.Reported},
		"A content": {
			change: zone.Draft("a", "A", "192.0.2"), code: 9005,
			message: "Content for A record must be a valid IPv4 address.", evidence: zone.Reported,
		},
		"A with IPv6":  {change: zone.Draft("a", "A", "2001:db8::1"), code: 9005, evidence: zone.Reported},
		"AAAA content": {change: zone.Draft("a", "AAAA", "192.0.2.1"), code: 9006, evidence: zone.Reported},
		"CNAME to address": {
			change: zone.Draft("a", "CNAME", "192.0.2.1"), code: 9007,
			message: "Content for CNAME record is invalid.", evidence: zone.Reported,
		},
		"MX content": {change: with(zone.Draft("a", "MX", "not a host"),
			func(c *zone.Change) { c.Priority = ptr(uint16(1)) }), code: 9007, evidence: zone.Unverified},
		"TXT empty": {change: zone.Draft("a", "TXT", ``), code: 9007, evidence: zone.Unverified},
		"TXT 4096 on wire": {
			change: zone.Draft("a", "TXT", strings.Repeat("x", 4096)), code: 9015,
			message: "Record content exceeds the allowed length of 4096 wire format bytes.", evidence: zone.Mocked,
		},
		"TXT combined": {
			before: []zone.Change{
				zone.Draft("a", "TXT", strings.Repeat("x", 4000)),
				zone.Draft("a", "TXT", strings.Repeat("y", 4000)),
			},
			change: zone.Draft("a", "TXT", strings.Repeat("z", 4000)),
			code:   83011, message: "Combined content length of records with this name and type exceeds the limit.",
			evidence: zone.Mocked,
		},
		"comment": {
			change: with(zone.Draft("a", "A", "192.0.2.1"), func(c *zone.Change) { c.Comment = ptr(strings.Repeat("é", 101)) }),
			code:   9313, message: "DNS record comment exceeds the maximum length of 100 characters.", evidence: zone.Reported,
		},
		"tags on Free": {
			change: with(zone.Draft("a", "A", "192.0.2.1"), func(c *zone.Change) { c.Tags = &[]string{"team:edge"} }),
			code:   9300, message: "DNS record has 1 tags, exceeding the quota of 0.", evidence: zone.Reported,
		},
		"MX without priority": {
			change: zone.Draft("a", "MX", "mx.example.net"), code: 9100,
			message: "priority is a required field.", evidence: zone.Reported,
		},
		"SRV by content": {
			change: zone.Draft("_s._tcp", "SRV", "0 5 80 t.example.net"), code: 9101,
			message: "port is a required data field.", evidence: zone.Unverified,
		},
		"SSHFP without data": {
			change: zone.Draft("a", "SSHFP", "x"), code: 9101,
			message: "algorithm is a required data field.", evidence: zone.Reported,
		},
		"unknown type": {change: zone.Draft("a", "SPF", "v=spf1"), code: 9001, evidence: zone.Unverified},
		"no content":   {change: zone.Change{Name: ptr("a"), Type: ptr("A")}, code: 9100, evidence: zone.Unverified},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, zone.Free())
			for _, c := range tc.before {
				w.add(c)
			}
			version := w.Version()
			_, err := w.Create(w.zone.ID, tc.change)
			refused := refusal(t, err)
			if refused.Code != tc.code || refused.Status != 400 || refused.Evidence != tc.evidence {
				t.Errorf("refusal = %+v, want code %d status 400 evidence %s", refused, tc.code, tc.evidence)
			}
			if tc.message != "" && refused.Message != tc.message {
				t.Errorf("message = %q\nwant      %q", refused.Message, tc.message)
			}
			if w.Len(w.zone.ID) != len(tc.before) || w.Version() != version {
				t.Error("the refused record left a trace")
			}
		})
	}
}

func refusal(t *testing.T, err error) *zone.APIError {
	t.Helper()
	refused, ok := err.(*zone.APIError) //nolint:errorlint // the store returns them bare, so that handlers can
	if !ok {
		t.Fatalf("err = %v, want a refusal", err)
	}
	return refused
}

func TestAccepted(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		before []zone.Change
		change zone.Change
		want   api.Record
	}{
		"apex": {
			change: zone.Draft("@", "A", "192.0.2.1"),
			want:   api.Record{Name: "example.com", Type: "A", Content: "192.0.2.1", TTL: 1},
		},
		"relative": {
			change: zone.Draft("www.other.com", "A", "192.0.2.1"),
			want:   api.Record{Name: "www.other.com.example.com", Type: "A", Content: "192.0.2.1", TTL: 1},
		},
		"case and dot": {
			change: zone.Draft("WWW.Example.COM.", "A", "192.0.2.1"),
			want:   api.Record{Name: "www.example.com", Type: "A", Content: "192.0.2.1", TTL: 1},
		},
		"punycode": {
			change: zone.Draft("bücher", "A", "192.0.2.1"),
			want:   api.Record{Name: "xn--bcher-kva.example.com", Type: "A", Content: "192.0.2.1", TTL: 1},
		},
		"punycode, under": {
			change: zone.Draft("_dmarc.bücher", "TXT", "x"),
			want:   api.Record{Name: "_dmarc.xn--bcher-kva.example.com", Type: "TXT", Content: "x", TTL: 1},
		},
		"punycode, star": {
			change: zone.Draft("*.Bücher", "A", "192.0.2.1"),
			want:   api.Record{Name: "*.xn--bcher-kva.example.com", Type: "A", Content: "192.0.2.1", TTL: 1},
		},
		"wildcard": {
			change: zone.Draft("*.dev", "A", "192.0.2.1"),
			want:   api.Record{Name: "*.dev.example.com", Type: "A", Content: "192.0.2.1", TTL: 1},
		},
		"TXT verbatim": {
			change: zone.Draft("_acme-challenge", "TXT", "AbC_-9"),
			want:   api.Record{Name: "_acme-challenge.example.com", Type: "TXT", Content: "AbC_-9", TTL: 1},
		},
		"TXT quoted": {
			change: zone.Draft("a", "TXT", `"heritage=external-dns"`),
			want:   api.Record{Name: "a.example.com", Type: "TXT", Content: `"heritage=external-dns"`, TTL: 1},
		},
		"TXT beside CNAME": {
			before: []zone.Change{zone.Draft("a", "CNAME", "t.example.net")},
			change: zone.Draft("a", "TXT", "x"), want: api.Record{Name: "a.example.com", Type: "TXT", Content: "x", TTL: 1},
		},
		"second A": {
			before: []zone.Change{zone.Draft("a", "A", "192.0.2.1")},
			change: zone.Draft("a", "A", "192.0.2.2"), want: api.Record{
				Name: "a.example.com", Type: "A", Content: "192.0.2.2",
				TTL: 1,
			},
		},
		"NS beside A at apex": {
			before: []zone.Change{zone.Draft("@", "A", "192.0.2.1")}, change: zone.Draft("@", "NS", "ns.example.net."),
			want: api.Record{Name: "example.com", Type: "NS", Content: "ns.example.net", TTL: 1},
		},
		"A beside NS at apex": {
			before: []zone.Change{zone.Draft("@", "NS", "ns.example.net")}, change: zone.Draft("@", "A", "192.0.2.1"),
			want: api.Record{Name: "example.com", Type: "A", Content: "192.0.2.1", TTL: 1},
		},
		"AAAA canonical": {
			change: zone.Draft("a", "AAAA", "2001:DB8:0:0::1"),
			want:   api.Record{Name: "a.example.com", Type: "AAAA", Content: "2001:db8::1", TTL: 1},
		},
		"proxied forces automatic": {
			change: with(zone.Draft("a", "A", "203.0.113.7"), func(c *zone.Change) { c.Proxied, c.TTL = ptr(true), ptr(300) }),
			want:   api.Record{Name: "a.example.com", Type: "A", Content: "203.0.113.7", TTL: 1, Proxied: true},
		},
		"priority 0 on A": {
			change: with(zone.Draft("a", "A", "192.0.2.1"), func(c *zone.Change) { c.Priority = ptr(uint16(0)) }),
			want:   api.Record{Name: "a.example.com", Type: "A", Content: "192.0.2.1", TTL: 1},
		},
		"SRV": {
			change: zone.Change{
				Name: ptr("_s._tcp"), Type: ptr("SRV"),
				Data: map[string]any{"port": 80.0, "priority": 1.0, "weight": 2.0, "target": "t.example.com."},
			},
			want: api.Record{
				Name: "_s._tcp.example.com", Type: "SRV", Content: "2 80 t.example.com", TTL: 1, Priority: ptr(uint16(1)),
				Data: `{"port":80,"priority":1,"target":"t.example.com","weight":2}`,
			},
		},
		"CAA": {
			change: zone.Change{
				Name: ptr("@"), Type: ptr("CAA"),
				Data: map[string]any{"flags": 0.0, "tag": "issue", "value": "letsencrypt.org"},
			},
			want: api.Record{
				Name: "example.com", Type: "CAA", Content: `0 issue "letsencrypt.org"`, TTL: 1,
				Data: `{"flags":0,"tag":"issue","value":"letsencrypt.org"}`,
			},
		},
		"TLSA upper case": {
			change: zone.Change{
				Name: ptr("_443._tcp"), Type: ptr("TLSA"),
				Data: map[string]any{"usage": 3.0, "selector": 1.0, "matching_type": 1.0, "certificate": "ab12"},
			},
			want: api.Record{
				Name: "_443._tcp.example.com", Type: "TLSA", Content: "3 1 1 AB12", TTL: 1,
				Data: `{"certificate":"AB12","matching_type":1,"selector":1,"usage":3}`,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, zone.Free())
			for _, c := range tc.before {
				w.add(c)
			}
			got := w.add(tc.change)
			if got.ID.IsZero() || !got.Created.Equal(got.Modified) {
				t.Errorf("id %s, created %s, modified %s", got.ID, got.Created, got.Modified)
			}
			tc.want.ID, tc.want.Created, tc.want.Modified = got.ID, got.Created, got.Modified
			equal(t, got.Record, tc.want)
		})
	}
}
