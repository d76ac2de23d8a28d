package cloudflare

import (
	"encoding/hex"
	"encoding/json"
	"strconv"
	"time"

	"github.com/edgeproof/edgeproof/mocks/zone"
)

// The encoders write JSON by hand: key order is part of what is promised, and pages of records are what
// clients fetch all day.

// appendRecord writes exactly the keys, in exactly the order, of the recordings. zone_id, zone_name, locked
// and meta.auto_added are gone since early 2025, and old clients that need them must fail here as well.
func appendRecord(b []byte, r *zone.Record) []byte {
	b = append(b, `{"id":"`...)
	b = hex.AppendEncode(b, r.ID[:])
	b = append(b, `","name":`...)
	b = appendString(b, r.Name)
	b = append(b, `,"type":"`...)
	b = append(b, r.Type...)
	b = append(b, `","content":`...)
	b = appendString(b, r.Content)
	if r.Priority != nil {
		b = append(b, `,"priority":`...)
		b = strconv.AppendUint(b, uint64(*r.Priority), 10)
	}
	b = append(b, `,"proxiable":`...)
	b = strconv.AppendBool(b, r.Proxiable())
	b = append(b, `,"proxied":`...)
	b = strconv.AppendBool(b, r.Proxied)
	b = append(b, `,"ttl":`...)
	b = strconv.AppendInt(b, int64(r.TTL), 10)
	b = appendSettings(append(b, `,"settings":{`...), r)
	b = append(b, `},"meta":{}`...)
	if r.Data != "" {
		b = append(b, `,"data":`...)
		b = append(b, r.Data...)
	}
	if r.Comment == "" {
		b = append(b, `,"comment":null,"tags":`...)
	} else {
		b = append(b, `,"comment":`...)
		b = appendString(b, r.Comment)
		b = append(b, `,"tags":`...)
	}
	b = appendStrings(b, r.Tags)
	b = appendTime(append(b, `,"created_on":`...), r.Created, trimmed)
	b = appendTime(append(b, `,"modified_on":`...), r.Modified, trimmed)
	if r.CommentModified != nil {
		b = appendTime(append(b, `,"comment_modified_on":`...), *r.CommentModified, trimmed)
	}
	if r.TagsModified != nil {
		b = appendTime(append(b, `,"tags_modified_on":`...), *r.TagsModified, trimmed)
	}
	return append(b, '}')
}

// appendSettings writes the settings that are recorded for the type, and those of addresses once they are set [DOC
// 2026-11: the API's schema dns-records_settings, for proxied records]; whether "false" is shown too is not known.
func appendSettings(b []byte, r *zone.Record) []byte {
	separator := ""
	if r.Type == "CNAME" {
		b = strconv.AppendBool(append(b, `"flatten_cname":`...), r.FlattenCNAME)
		separator = ","
	}
	for _, s := range []struct {
		name string
		set  bool
	}{{"ipv4_only", r.IPv4Only}, {"ipv6_only", r.IPv6Only}} {
		if s.set {
			b = append(append(append(append(b, separator...), '"'), s.name...), `":true`...)
			separator = ","
		}
	}
	return b
}

// fraction says how a time shows its microseconds.
type fraction int

const (
	trimmed fraction = iota // without trailing zeros: DNS records [REC]
	full                    // six digits: zones [REC]
	none                    // tokens
)

// appendTime writes RFC 3339 in UTC. Two thirds of the cost of a page would be time.Format otherwise.
func appendTime(b []byte, t time.Time, f fraction) []byte {
	t = t.UTC()
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	b = append(b, '"')
	b = digits(b, year, 4)
	b = digits(append(b, '-'), int(month), 2)
	b = digits(append(b, '-'), day, 2)
	b = digits(append(b, 'T'), hour, 2)
	b = digits(append(b, ':'), minute, 2)
	b = digits(append(b, ':'), second, 2)
	micros := t.Nanosecond() / 1000
	if f == full || f == trimmed && micros != 0 {
		width := 6
		for f == trimmed && micros%10 == 0 {
			micros, width = micros/10, width-1
		}
		b = digits(append(b, '.'), micros, width)
	}
	return append(b, 'Z', '"')
}

// digits writes n in exactly width decimal digits.
func digits(b []byte, n, width int) []byte {
	at := len(b)
	b = append(b, "000000"[:width]...)
	for i := at + width - 1; i >= at; i-- {
		b[i] = byte('0' + n%10)
		n /= 10
	}
	return b
}

func appendStrings(b []byte, list []string) []byte {
	b = append(b, '[')
	for i, s := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, s)
	}
	return append(b, ']')
}

// appendString writes a JSON string with <, > and & escaped, as the real API's encoder does [ISS].
func appendString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			encoded, _ := json.Marshal(s) // a string always encodes
			return append(b, encoded...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}
