package contract_test

import (
	"slices"
	"strings"
	"testing"

	v0 "github.com/cloudflare/cloudflare-go"
	"github.com/cloudflare/cloudflare-go/v7"
	"github.com/cloudflare/cloudflare-go/v7/dns"
)

const zoneFile = `$ORIGIN example.com.
@	3600	IN	SOA	ada.ns.cloudflare.com. dns.cloudflare.com. 1 2 3 4 5
@	300	IN	NS	ada.ns.cloudflare.com.
www	300	IN	A	192.0.2.1
*.dev	300	IN	AAAA	2001:db8::1
alias	300	IN	CNAME	www
@	300	IN	MX	10 mx.example.net.
note	300	IN	TXT	"a \"quoted\" text" "and more"
_s._tcp	300	IN	SRV	1 2 80 www
@	300	IN	CAA	0 issue "letsencrypt.org"
`

// What goes in by one client comes out by another and goes in again.
func TestZoneFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	imported, err := w.v7(tokenValue).DNS.Records.Import(t.Context(), dns.RecordImportParams{
		ZoneID: cloudflare.F(w.zoneID()), File: cloudflare.F(zoneFile), Proxied: cloudflare.F("false"),
	})
	if err != nil || imported.RecsAdded != 7 || imported.TotalRecordsParsed != 9 {
		t.Fatalf("%+v, %v", imported, err)
	}
	if got := w.contents("TXT"); !slices.Equal(got, []string{`"a \"quoted\" text" "and more"`}) {
		t.Errorf("TXT = %q", got)
	}
	if w.priority("SRV") != 1 || w.priority("MX") != 10 {
		t.Error("priorities are lost")
	}
	exported, err := w.v7(tokenValue).DNS.Records.Export(t.Context(),
		dns.RecordExportParams{ZoneID: cloudflare.F(w.zoneID())})
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"www.example.com.\t300\tIN\tA\t192.0.2.1", "alias.example.com.\t300\tIN\tCNAME\twww.example.com.",
		"example.com.\t300\tIN\tMX\t10 mx.example.net.",
		"note.example.com.\t300\tIN\tTXT\t\"a \\\"quoted\\\" text\" \"and more\"", "_s._tcp.example.com.\t300\tIN\tSRV\t1 " +
			"2 80 www.example.com.",
	} {
		if !strings.Contains(*exported, line+" ;") {
			t.Errorf("the export has no line %q:\n%s", line, *exported)
		}
	}
	if whole, err := w.v0(tokenValue).ZoneExport(t.Context(), w.zoneID()); err != nil ||
		!strings.Contains(whole, "www.example.com.\t300\tIN\tA\t192.0.2.1") {
		t.Errorf("%s, %v", whole, err)
	}
	other := newWorld(t)
	if err := other.v0(tokenValue).ImportDNSRecords(t.Context(), v0.ZoneIdentifier(other.zoneID()),
		v0.ImportDNSRecordsParams{BINDContents: "\n" + *exported}); err != nil {
		t.Fatal(err)
	}
	if n := other.store.Len(other.zone.ID); n != 7 {
		t.Errorf("%d records after the second import", n)
	}
	again, err := other.v0(tokenValue).ExportDNSRecords(t.Context(), v0.ZoneIdentifier(other.zoneID()),
		v0.ExportDNSRecordsParams{})
	if err != nil || !strings.Contains(again, "www.example.com.\t300\tIN\tA\t192.0.2.1") {
		t.Errorf("%s, %v", again, err)
	}
}

func TestBadZoneFileAddsNothing(t *testing.T) {
	t.Parallel()
	for _, file := range []string{
		"a 300 IN A 192.0.2.1\nb 300 IN A nonsense\n", "a 300 IN A 192.0.2.1\na 300 IN A 192.0.2.1\n",
		"a 300 IN A 192.0.2.1\nb 300 IN HINFO x y\n", "$GENERATE 1-60000 h$ 300 IN A 192.0.2.1\n",
	} {
		w := newWorld(t)
		_, err := w.v7(tokenValue).DNS.Records.Import(t.Context(),
			dns.RecordImportParams{ZoneID: cloudflare.F(w.zoneID()), File: cloudflare.F(file)})
		if err == nil || w.store.Len(w.zone.ID) != 0 {
			t.Errorf("%q: error %v, %d records", file, err, w.store.Len(w.zone.ID))
		}
	}
}
