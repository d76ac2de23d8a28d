package cloudflare

import (
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/miekg/dns"

	"github.com/edgeproof/edgeproof/mocks/zone"
)

const (
	maxImport        = 256 << 10 // bytes of a zone file [DOC]
	maxImportRecords = 3500
)

// importRecords is POST /zones/{zone_id}/dns_records/import: a zone file as a form. All of its records are
// added or none; SOA and the apex's NS are left out, as Cloudflare has its own.
func importRecords(x *exchange) error {
	x.r.Body = http.MaxBytesReader(x.w, x.r.Body, maxImport)
	if err := x.r.ParseMultipartForm(maxImport); err != nil {
		return refuseBody(zone.Unverified, "Failed to parse request body.")
	}
	defer func() { _ = x.r.MultipartForm.RemoveAll() }() // nothing is on disk: the form fits in memory
	text := x.r.FormValue("file")
	if file, _, err := x.r.FormFile("file"); err == nil {
		content, err := io.ReadAll(file)
		if err != nil {
			return refuseBody(zone.Unverified, "Failed to parse request body.")
		}
		text = string(content)
	}
	batch, parsed, err := x.parseZone(text, x.r.FormValue("proxied") == "true")
	if err != nil {
		return err
	}
	if _, err := x.store.Apply(x.zone.ID, batch); err != nil {
		return err
	}
	x.note = "import of " + strconv.Itoa(len(batch.Posts))
	return x.succeedPlain(struct {
		Added  int `json:"recs_added"`
		Parsed int `json:"total_records_parsed"`
	}{len(batch.Posts), parsed}, "")
}

func (x *exchange) parseZone(text string, proxied bool) (batch zone.Batch, parsed int, err error) {
	p := dns.NewZoneParser(strings.NewReader(text), x.zone.Name+".", "")
	p.SetDefaultTTL(zone.AutomaticTTL)
	for rr, ok := p.Next(); ok; rr, ok = p.Next() {
		if parsed++; parsed > maxImportRecords {
			return batch, parsed, refuseBody(zone.Unverified, "Zone file has more than %d records.", maxImportRecords)
		}
		h := rr.Header()
		if h.Rrtype == dns.TypeSOA || h.Rrtype == dns.TypeNS && zone.Canonical(h.Name) == x.zone.Name {
			continue
		}
		c, ok := changeOf(rr)
		if !ok {
			return batch, parsed, refuseBody(
				zone.Unverified,
				"Records of type %s cannot be imported.",
				dns.TypeToString[h.Rrtype],
			)
		}
		if on := proxied && (*c.Type == "A" || *c.Type == "AAAA" || *c.Type == "CNAME"); on {
			c.Proxied = &on
		}
		batch.Posts = append(batch.Posts, c)
	}
	if err := p.Err(); err != nil {
		return batch, parsed, refuseBody(zone.Unverified, "Failed to parse zone file: %s", bounded(err.Error()))
	}
	return batch, parsed, nil
}

// changeOf turns a resource record into what the store takes.
func changeOf(rr dns.RR) (zone.Change, bool) {
	h := rr.Header()
	ttl := int(h.Ttl)
	c := zone.Draft(h.Name, dns.TypeToString[h.Rrtype], "")
	c.TTL = &ttl
	switch rr := rr.(type) {
	case *dns.A:
		*c.Content = rr.A.String()
	case *dns.AAAA:
		*c.Content = rr.AAAA.String()
	case *dns.CNAME:
		*c.Content = rr.Target
	case *dns.NS:
		*c.Content = rr.Ns
	case *dns.PTR:
		*c.Content = rr.Ptr
	case *dns.MX:
		*c.Content, c.Priority = rr.Mx, &rr.Preference
	case *dns.TXT:
		*c.Content = `"` + strings.Join(rr.Txt, `" "`) + `"` // the parser keeps escapes
	case *dns.SRV:
		c.Data = map[string]any{
			"priority": float64(rr.Priority),
			"weight":   float64(rr.Weight),
			"port":     float64(rr.Port),
			"target":   rr.Target,
		}
	case *dns.CAA:
		c.Data = map[string]any{"flags": float64(rr.Flag), "tag": rr.Tag, "value": rr.Value}
	case *dns.TLSA:
		c.Data = map[string]any{
			"usage": float64(
				rr.Usage,
			),
			"selector":      float64(rr.Selector),
			"matching_type": float64(rr.MatchingType),
			"certificate":   rr.Certificate,
		}
	case *dns.SSHFP:
		c.Data = map[string]any{"algorithm": float64(rr.Algorithm), "type": float64(rr.Type), "fingerprint": rr.FingerPrint}
	case *dns.DS:
		c.Data = map[string]any{
			"key_tag": float64(
				rr.KeyTag,
			),
			"algorithm":   float64(rr.Algorithm),
			"digest_type": float64(rr.DigestType),
			"digest":      rr.Digest,
		}
	default:
		return c, false
	}
	return c, true
}
