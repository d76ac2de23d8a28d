package cloudflare

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/edgeproof/edgeproof/mocks/zone"
)

// exportRecords is GET /zones/{zone_id}/dns_records/export: the records as a zone file (RFC 1035 section 5).
// That SOA and NS come first, and the lay-out of the comments, is by inference [UNV].
func exportRecords(x *exchange) error {
	found, _, err := x.store.List(x.zone.ID, zone.Query{})
	if err != nil {
		return refuseRecords()
	}
	var serial uint32
	x.store.Read(func(v zone.View) {
		if best, ok := v.Best(x.zone.Name); ok {
			serial = best.Serial()
		}
	})
	x.w.Header()["Content-Type"] = []string{"text/plain; charset=utf-8"}
	b := append([]byte(";; Domain:   "), x.zone.Name...)
	b = append(b, ".\n;; Exported: "...)
	b = append(b, x.began.UTC().Format(time.DateTime)...)
	b = append(b, "\n\n;; SOA Record\n"...)
	b = fmt.Appendf(
		b,
		"%[1]s.\t3600\tIN\tSOA\t%[2]s. dns.cloudflare.com. %[3]d 10000 2400 604800 1800\n\n;; NS Records\n",
		x.zone.Name,
		x.zone.NameServers[0],
		serial,
	)
	for _, server := range x.zone.NameServers {
		b = fmt.Appendf(b, "%s.\t86400\tIN\tNS\t%s.\n", x.zone.Name, server)
	}
	for i, r := range found {
		if i == 0 || found[i-1].Type != r.Type {
			b = append(append(append(b, "\n;; "...), r.Type...), " Records\n"...)
		}
		b = append(append(b, r.Name...), ".\t"...)
		b = strconv.AppendInt(b, int64(r.TTL), 10)
		b = append(append(append(b, "\tIN\t"...), r.Type...), '\t')
		b = append(append(b, r.Presentation()...), " ; cf_tags=cf-proxied:"...)
		b = append(strconv.AppendBool(b, r.Proxied), '\n')
		if len(b) >= flushAt {
			x.stream(b)
			b = b[:0]
		}
	}
	if x.status != 0 {
		x.stream(b)
		return nil
	}
	x.send(http.StatusOK, b)
	return nil
}
