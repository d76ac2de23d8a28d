package dns

import (
	"encoding/json"
	"testing"

	mdns "github.com/miekg/dns"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

// FuzzRecord: whatever record the API may store, the DNS can say, and a zone file too. From inside, so that nothing
// between record and answer can hide a record that cannot be served.
func FuzzRecord(f *testing.F) {
	for typ, content := range map[string]string{
		"TXT": `"a" "\200\"b"`, "OPENPGPKEY": "mQENBFVHm5sBCACtjZ", "PTR": "host.example.net", "MX": ".",
		"CNAME": "_x.bücher.example",
	} {
		f.Add(typ, content, "", uint16(1))
	}
	for typ, data := range map[string]string{
		"SRV":    `{"port":80,"priority":1,"target":"t.example.com","weight":2}`,
		"CAA":    `{"flags":0,"tag":"issue","value":"letsencrypt.org"}`,
		"TLSA":   `{"usage":3,"selector":1,"matching_type":1,"certificate":"ab12"}`,
		"SSHFP":  `{"algorithm":1,"type":1,"fingerprint":"abc"}`,
		"DS":     `{"key_tag":1,"algorithm":8,"digest_type":2,"digest":"AB"}`,
		"DNSKEY": `{"flags":257,"protocol":3,"algorithm":8,"public_key":"AwEAAQ=="}`,
		"CERT":   `{"type":1,"key_tag":1,"algorithm":8,"certificate":"AwEAAQ=="}`,
		"HTTPS":  `{"priority":1,"target":".","value":"alpn=\"h2\" ipv4hint=192.0.2.1"}`,
		"SVCB":   `{"priority":0,"target":"t.example.net","value":""}`,
		"NAPTR":  `{"order":1,"preference":2,"flags":"S","service":"SIP+D2U","regex":"","replacement":"_sip._udp.example.com"}`,
		"LOC":    `{"lat_degrees":37,"lat_minutes":46,"lat_seconds":46,"lat_direction":"N","long_degrees":122,"long_minutes":23,"long_seconds":35,"long_direction":"W","altitude":0,"size":100,"precision_horz":0,"precision_vert":0}`,
		"URI":    `{"weight":1,"target":"https://example.com/\\"}`,
		"SMIMEA": `{"usage":3,"selector":1,"matching_type":1,"certificate":"a"}`,
	} {
		f.Add(typ, "", data, uint16(10))
	}
	f.Fuzz(func(t *testing.T, typ, content, data string, priority uint16) {
		store := zone.New(zone.Options{})
		z, err := store.AddZone(api.Zone{Name: "example.com"})
		if err != nil {
			t.Fatal(err)
		}
		c := zone.Draft("x", typ, content)
		c.Priority = &priority
		if data != "" && json.Unmarshal([]byte(data), &c.Data) != nil {
			return
		}
		r, err := store.Create(z.ID, c)
		if err != nil {
			return
		}
		rr, err := toRR("x.example.com.", r)
		if err != nil {
			t.Fatalf("%s %q was stored: %v", typ, r.Content, err)
		}
		if _, err := (&mdns.Msg{Answer: []mdns.RR{rr}}).Pack(); err != nil {
			t.Fatalf("%s %q: %v", typ, r.Content, err)
		}
		again, err := mdns.NewRR("x.example.com. 300 IN " + typ + " " + r.Presentation())
		if err != nil || !mdns.IsDuplicate(rr, again) {
			t.Fatalf("%s %q as in a zone file is %q: %v, want %v, %v", typ, r.Content, r.Presentation(), again, rr, err)
		}
	})
}
