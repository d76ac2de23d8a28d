package zone_test

import (
	"testing"

	"github.com/edgeproof/edgeproof/mocks/zone"
)

// data is a change of a type that has data fields.
func data(typ, name string, fields map[string]any) zone.Change {
	return zone.Change{Name: &name, Type: &typ, Data: fields}
}

// TestStoredForm: what clients send, and what the real service gives back.
func TestStoredForm(t *testing.T) {
	t.Parallel()
	digest := "AB0F1B2A2C6D2F8A4B1B1B9C9C9D9D9E9E9F9FA0A0B0B0C0C0D0D0E0E0F0F01A"
	srv := map[string]any{"priority": 1.0, "weight": 2.0, "port": 5060.0, "target": "Sip.example.net"}
	for name, tc := range map[string]struct {
		before  []zone.Change
		change  zone.Change
		content string
		data    string // not compared when empty
	}{
		"data of another type is dropped": {
			change: data("SRV", "_sip._tcp", map[string]any{
				"service": "_sip", "proto": "_tcp", "name": "example.com", "tag": "", "flags": 0.0,
				"priority": 1.0, "weight": 2.0, "port": 5060.0, "target": "sip.example.net",
			}),
			content: "2 5060 sip.example.net", data: `{"port":5060,"priority":1,"target":"sip.example.net","weight":2}`,
		},
		"data of another type is dropped, CAA": {
			change: data("CAA", "a", map[string]any{
				"flags": 0.0, "tag": "issue", "value": "letsencrypt.org", "port": 0.0,
				"target": "",
			}),
			content: `0 issue "letsencrypt.org"`,
		},
		"an ECH configuration": {
			change: data("HTTPS", "a", map[string]any{
				"priority": 2.0, "target": ".",
				"value": "ech=AEr+DQBG alpn=h3,h2,http/1.1", "tag": "",
			}),
			content: "2 . ech=AEr+DQBG alpn=h3,h2,http/1.1",
		},
		"SVCB target keeps its final dot": {
			change:  data("SVCB", "a", map[string]any{"priority": 2.0, "target": "Foo.", "value": `alpn="h3,h2"`}),
			content: `2 foo. alpn="h3,h2"`, data: `{"priority":2,"target":"foo.","value":"alpn=\"h3,h2\""}`,
		},
		"HTTPS target without a dot": {
			change:  data("HTTPS", "a", map[string]any{"priority": 1.0, "target": "www.example.com", "value": ""}),
			content: "1 www.example.com", data: `{"priority":1,"target":"www.example.com","value":""}`,
		},
		"SVCB parameters with spaces around": {
			change: data("SVCB", "a", map[string]any{
				"priority": 1.0, "target": ".", "value": `  alpn="h2"   dohpath="/a  b"  port=1 `,
			}),
			content: `1 . alpn="h2" dohpath="/a  b" port=1`,
			data:    `{"priority":1,"target":".","value":"alpn=\"h2\" dohpath=\"/a  b\" port=1"}`,
		},
		"LOC with decimals": {
			change: data("LOC", "a", map[string]any{
				"lat_degrees": 37.0, "lat_minutes": 46.0, "lat_seconds": 46.0, "lat_direction": "N",
				"long_degrees": "122", "long_minutes": 23.0, "long_seconds": 35.5, "long_direction": "W",
				"altitude": -1.5, "size": 100.0, "precision_horz": 0.0, "precision_vert": 0.0,
			}),
			content: "37 46 46.000 N 122 23 35.500 W -1.50 100.00 0.00 0.00",
		},
		"TXT with one quote":            {change: zone.Draft("a", "TXT", `"left`), content: `"left`},
		"TXT with a quote at its end":   {change: zone.Draft("a", "TXT", `right"`), content: `right"`},
		"TXT with quotes in the middle": {change: zone.Draft("a", "TXT", `in"ter"ior`), content: `in"ter"ior`},
		"NAPTR replacement keeps its final dot": {
			change: data("NAPTR", "a", map[string]any{
				"order": 10.0, "preference": 100.0, "flags": "S", "service": "SIP+D2U", "regex": "",
				"replacement": "_sip._udp.example.com.",
			}),
			content: `10 100 "S" "SIP+D2U" "" _sip._udp.example.com.`,
		},
		"SRV target loses it": {
			change:  data("SRV", "_sip._tcp", replaced(srv, "target", "sip.example.net.")),
			content: "2 5060 sip.example.net",
		},
		"CNAME target, lower case": {
			change:  zone.Draft("a", "CNAME", "Selector2._domainkey.Mixed.Example.NET"),
			content: "selector2._domainkey.mixed.example.net",
		},
		"MX target, lower case": {
			change:  prioritized(zone.Draft("a", "MX", "Mail.Example.NET"), 10),
			content: "mail.example.net",
		},
		"NS target, lower case":    {change: zone.Draft("a", "NS", "Ns1.Example.NET"), content: "ns1.example.net"},
		"TXT keeps its case":       {change: zone.Draft("a", "TXT", "Mixed"), content: "Mixed"},
		"an asterisk within":       {change: zone.Draft("a-*.w", "TXT", "x"), content: "x"},
		"an asterisk further down": {change: zone.Draft("_owner.*", "TXT", "x"), content: "x"},
		"DS beside NS": {
			before: []zone.Change{zone.Draft("a", "NS", "ns1.example.net")},
			change: data("DS", "a", map[string]any{
				"key_tag": 2371.0, "algorithm": 13.0, "digest_type": 2.0,
				"digest": digest,
			}),
			content: "2371 13 2 " + digest,
		},
		"DS of the zone itself": {
			change: data("DS", "@", map[string]any{
				"key_tag": 2371.0, "algorithm": 13.0, "digest_type": 2.0,
				"digest": digest,
			}),
			content: "2371 13 2 " + digest,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, zone.Free())
			for _, c := range tc.before {
				w.add(c)
			}
			r, err := w.Create(w.zone.ID, tc.change)
			if err != nil {
				t.Fatal(err)
			}
			if r.Content != tc.content || tc.data != "" && r.Data != tc.data {
				t.Errorf("content %q data %s, want %q %s", r.Content, r.Data, tc.content, tc.data)
			}
		})
	}
}

// TestRefusedAsInProduction: what a client must not get away with here.
func TestRefusedAsInProduction(t *testing.T) {
	t.Parallel()
	ds := data("DS", "a", map[string]any{
		"key_tag": 2371.0, "algorithm": 13.0, "digest_type": 2.0,
		"digest": "AB0F1B2A2C6D2F8A4B1B1B9C9C9D9D9E9E9F9FA0",
	})
	proxied := zone.Draft("A", "CNAME", "a.EXAMPLE.com.")
	proxied.Proxied = ptr(true)
	for name, tc := range map[string]struct {
		change   zone.Change
		code     int
		evidence zone.Evidence
	}{
		"CNAME to itself":          {zone.Draft("a", "CNAME", "a.example.com"), zone.CodeSelfReference, zone.Reported},
		"proxied, in another case": {proxied, zone.CodeSelfReference, zone.Reported},
		"the apex to itself":       {zone.Draft("@", "CNAME", "example.com"), zone.CodeSelfReference, zone.Reported},
		"TXT with a line break":    {zone.Draft("a", "TXT", "a\nb"), zone.CodeTXTPrintable, zone.Reported},
		"DS without NS":            {ds, zone.CodeDSWithoutNS, zone.Unverified},
		"a field that belongs there": {data("SRV", "a", map[string]any{
			"priority": 1.0, "weight": 2.0,
			"target": "b.example.net",
		}), zone.CodeDataRequired, zone.Unverified},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, zone.Free())
			_, err := w.Create(w.zone.ID, tc.change)
			if got := refusal(t, err); got.Code != tc.code || got.Evidence != tc.evidence {
				t.Errorf("%v (%s), want %d (%s)", got, got.Evidence, tc.code, tc.evidence)
			}
		})
	}
}

// TestNSOfADelegationWithDS: the last NS goes after the DS (octodns-cloudflare#103).
func TestNSOfADelegationWithDS(t *testing.T) {
	t.Parallel()
	w := newWorld(t, zone.Free())
	first, second := w.add(zone.Draft("a", "NS", "ns1.example.net")), w.add(zone.Draft("a", "NS", "ns2.example.net"))
	ds := w.add(data("DS", "a", map[string]any{
		"key_tag": 2371.0, "algorithm": 13.0, "digest_type": 1.0,
		"digest": "AB0F1B2A2C6D2F8A4B1B1B9C9C9D9D9E9E9F9FA0",
	}))
	if _, err := w.Delete(w.zone.ID, first.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Delete(w.zone.ID, second.ID); codeOf(err) != zone.CodeDSWithoutNS {
		t.Errorf("the last NS: %v", err)
	}
	if _, err := w.Delete(w.zone.ID, ds.ID); err != nil {
		t.Error(err)
	}
	if _, err := w.Delete(w.zone.ID, second.ID); err != nil {
		t.Error(err)
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, zone.Free())
	c := zone.Draft("a", "CNAME", "b.example.net")
	c.Proxied, c.IPv4Only = ptr(true), ptr(true)
	r := w.add(c)
	if !r.IPv4Only || r.IPv6Only {
		t.Errorf("record %+v", r)
	}
	r, err := w.Patch(w.zone.ID, r.ID, zone.Change{IPv4Only: ptr(false), IPv6Only: ptr(true)})
	if err != nil || r.IPv4Only || !r.IPv6Only {
		t.Errorf("record %+v, %v", r, err)
	}
}

func replaced(fields map[string]any, name string, value any) map[string]any {
	out := map[string]any{name: value}
	for n, v := range fields {
		if n != name {
			out[n] = v
		}
	}
	return out
}

func prioritized(c zone.Change, priority uint16) zone.Change {
	c.Priority = &priority
	return c
}
