package cloudflare

import (
	"net/http"
	"strconv"
	"time"

	"github.com/edgeproof/edgeproof/mocks/zone"
)

// exportRecords is GET /zones/{zone_id}/dns_records/export: the records as a zone file (RFC 1035 section 5).
// The lay-out of the comments is by inference.
func exportRecords(x *exchange) error {
	found, _, err := x.store.List(x.zone.ID, zone.Query{})
	if err != nil {
		return refuseRecords()
	}
	x.w.Header()["Content-Type"] = []string{"text/plain; charset=utf-8"}
	b := append([]byte(";; Domain:   "), x.zone.Name...)
	b = append(b, ".\n;; Exported: "...)
	b = append(b, x.began.UTC().Format(time.DateTime)...)
	b = append(b, '\n')
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
