package zone

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// kind says what a field of data holds and how content shows it.
type kind int

const (
	number kind = iota // 0 to max
	// seconds and meters are shown with three and two decimals [SRC 2026-07: terraform-provider-cloudflare, the LOC
	// acceptance test].
	seconds
	meters
	word   // bare text
	quoted // text in double quotes
	target // a host name, without its final dot
	// dotted is a host name with its final dot, if it was sent with one [SRC 2026-11: the SVCB acceptance test of
	// terraform-provider-cloudflare, octodns-cloudflare's fixtures of SVCB, HTTPS and NAPTR].
	dotted
	// params are separated by one space, without one at either end [SRC 2026-08: octodns-cloudflare sends a space before
	// them and reads content word by word].
	params
	hexes // hexadecimal, upper case [ISS 2023-03: octodns-cloudflare#39, SSHFP; SRC: external-dns, TLSA]
)

type field struct {
	name string
	kind kind
	max  float64
}

// Types lists the record types that can be written, in alphabetical order.
func Types() []string {
	return []string{
		"A", "AAAA", "CAA", "CERT", "CNAME", "DNSKEY", "DS", "HTTPS", "LOC", "MX", "NAPTR", "NS",
		"OPENPGPKEY", "PTR", "SMIMEA", "SRV", "SSHFP", "SVCB", "TLSA", "TXT", "URI",
	}
}

// fields gives the data fields of a type in the order in which content shows them (the API reference's
// record models); nil for types that take content.
func fields(typ string) []field {
	const u8, u16 = math.MaxUint8, math.MaxUint16
	switch typ {
	case "CAA":
		return []field{{"flags", number, u8}, {"tag", word, 0}, {"value", quoted, 0}}
	case "CERT":
		return []field{{"type", number, u16}, {"key_tag", number, u16}, {"algorithm", number, u8}, {"certificate", word, 0}}
	case "DNSKEY":
		return []field{{"flags", number, u16}, {"protocol", number, u8}, {"algorithm", number, u8}, {"public_key", word, 0}}
	case "DS":
		return []field{
			{"key_tag", number, u16},
			{"algorithm", number, u8},
			{"digest_type", number, u8},
			{"digest", hexes, 0},
		}
	case "HTTPS", "SVCB":
		return []field{{"priority", number, u16}, {"target", dotted, 0}, {"value", params, 0}}
	case "LOC":
		return []field{
			{"lat_degrees", number, 90},
			{"lat_minutes", number, 59},
			{"lat_seconds", seconds, 59.999},
			{"lat_direction", word, 0},
			{"long_degrees", number, 180},
			{"long_minutes", number, 59},
			{"long_seconds", seconds, 59.999},
			{"long_direction", word, 0},
			{"altitude", meters, 42849672.95},
			{"size", meters, 90000000},
			{"precision_horz", meters, 90000000},
			{"precision_vert", meters, 90000000},
		}
	case "NAPTR":
		return []field{
			{"order", number, u16},
			{"preference", number, u16},
			{"flags", quoted, 0},
			{"service", quoted, 0},
			{"regex", quoted, 0},
			{"replacement", dotted, 0},
		}
	case "SMIMEA", "TLSA":
		return []field{
			{"usage", number, u8},
			{"selector", number, u8},
			{"matching_type", number, u8},
			{"certificate", hexes, 0},
		}
	case "SRV": // content leaves the priority out: it stands beside it
		return []field{{"weight", number, u16}, {"port", number, u16}, {"target", target, 0}, {"priority", number, u16}}
	case "SSHFP":
		return []field{{"algorithm", number, u8}, {"type", number, u8}, {"fingerprint", hexes, 0}}
	case "URI":
		return []field{{"weight", number, u16}, {"target", quoted, 0}}
	}
	return nil
}

// compose checks data against the type's fields and returns the content that shows it, its canonical JSON
// (keys in alphabetical order) and, for SRV, the priority. Fields of other types are dropped: clients send one
// structure for all types, empty fields included, and the real API takes it [SRC 2026-11: libdns/cloudflare#29 and
// #30, dnscontrol's models/cfRecData, octodns-cloudflare 1.2.0, terraform-provider-cloudflare#3348].
func compose(typ string, data map[string]any) (content, canonical string, priority *uint16, err error) {
	want := fields(typ)
	missing := make([]string, 0, len(want))
	for _, f := range want {
		if data[f.name] == nil {
			missing = append(missing, f.name)
		}
	}
	if len(missing) > 0 {
		// The first in the alphabet, as in reports, which are of SSHFP and its "algorithm".
		evidence := Unverified
		if typ == "SSHFP" {
			evidence = Reported
		}
		return "", "", nil, refuse(evidence, CodeDataRequired, "%s is a required data field.", slices.Min(missing))
	}
	kept := make(map[string]any, len(want))
	var shown []string
	for _, f := range want {
		value, text, ok := f.read(data[f.name])
		if !ok {
			return "", "", nil, refuse(Unverified, CodeDataInvalid, "%s is not a valid data field.", f.name)
		}
		kept[f.name] = value
		if typ == "SRV" && f.name == "priority" {
			p := uint16(value.(int64)) //nolint:gosec // read holds it to 65535
			priority = &p
			continue
		}
		if text != "" {
			shown = append(shown, text)
		}
	}
	encoded, err := json.Marshal(kept)
	if err != nil {
		return "", "", nil, refuse(Unverified, CodeDataInvalid, "data is invalid.")
	}
	content = strings.Join(shown, " ")
	if err := checkLength(len(content)); err != nil {
		return "", "", nil, err
	}
	if _, err := parse(typ, content, priority); err != nil {
		return "", "", nil, refuse(Unverified, CodeDataInvalid, "%s data is invalid.", typ)
	}
	return content, string(encoded), priority, nil
}

// read takes a decoded JSON value and returns what is stored and what content shows.
func (f field) read(value any) (stored any, text string, ok bool) {
	if f.kind == number || f.kind == seconds || f.kind == meters {
		n, isNumber := value.(float64)
		if s, isText := value.(string); isText { // old clients quote numbers
			parsed, err := strconv.ParseFloat(s, 64)
			n, isNumber = parsed, err == nil
		}
		if !isNumber || n < 0 && f.name != "altitude" || n > f.max || math.IsNaN(n) {
			return nil, "", false
		}
		switch {
		case f.kind == seconds:
			return n, strconv.FormatFloat(n, 'f', 3, 64), true
		case f.kind == meters:
			return n, strconv.FormatFloat(n, 'f', 2, 64), true
		case n != math.Trunc(n):
			return nil, "", false
		}
		return int64(n), strconv.FormatInt(int64(n), 10), true
	}
	s, isText := value.(string)
	if !isText || strings.ContainsAny(s, "\n\r\x00") || !utf8.ValidString(s) { // a zone file may hold any byte, JSON not
		return nil, "", false
	}
	switch f.kind {
	case params:
		s = spaced(s)
		return s, s, true
	case quoted:
		return s, `"` + s + `"`, !strings.Contains(s, `"`)
	case hexes:
		s = strings.ToUpper(s)
		return s, s, s != "" && strings.Trim(s, "0123456789ABCDEF") == ""
	case target, dotted:
		if s == "." {
			return s, s, true
		}
		name, dot := Canonical(s), ""
		if f.kind == dotted && strings.HasSuffix(s, ".") {
			dot = "."
		}
		return name + dot, name + dot, ValidName(name)
	default:
		return s, s, true
	}
}

// spaced leaves one space between words, and none at the ends; what is quoted stays as it is.
func spaced(text string) string {
	out := make([]byte, 0, len(text))
	quoted := false
	for i := range len(text) {
		c := text[i]
		if c == '"' {
			quoted = !quoted
		}
		if c == ' ' && !quoted && (len(out) == 0 || out[len(out)-1] == ' ') {
			continue
		}
		out = append(out, c)
	}
	return strings.TrimRight(string(out), " ")
}
