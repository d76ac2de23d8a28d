package zone

import (
	"net/netip"
	"strings"
	"unicode"
)

// canonicalContent checks the content of a type that has no data fields and returns it as stored. TXT stays
// as sent, byte for byte; names lose a trailing dot and are in lower case; IPv6 takes the form of RFC 5952.
func canonicalContent(typ, content string) (string, error) {
	switch typ {
	case "A":
		if addr, err := netip.ParseAddr(content); err != nil || !addr.Is4() {
			return "", refuse(Reported, CodeContentA, "Content for A record must be a valid IPv4 address.")
		}
		return content, nil
	case "AAAA":
		addr, err := netip.ParseAddr(content)
		if err != nil || !addr.Is6() || addr.Zone() != "" {
			return "", refuse(Reported, CodeContentAAAA, "Content for AAAA record must be a valid IPv6 address.")
		}
		return addr.String(), nil
	case "CNAME", "NS", "MX", "PTR":
		return canonicalTarget(typ, content)
	case "TXT":
		return content, checkTXT(content)
	default: // OPENPGPKEY
		if content == "" {
			return "", refuse(Unverified, CodeContent, "Content for %s record is invalid.", typ)
		}
		if err := checkLength(len(content)); err != nil {
			return "", err
		}
		if _, err := parse(typ, content, nil); err != nil || strings.ContainsAny(content, "\r\n") {
			return "", refuse(Unverified, CodeContent, "Content for %s record is invalid.", typ)
		}
		return content, nil
	}
}

func canonicalTarget(typ, content string) (string, error) {
	invalid := refuse(Reported, CodeContent, "Content for %s record is invalid.", typ)
	if typ != "CNAME" {
		invalid.Evidence = Unverified // the words are known for CNAME only
	}
	if typ == "MX" && content == "." { // null MX, RFC 7505
		return content, nil
	}
	if _, err := netip.ParseAddr(content); err == nil {
		return "", invalid
	}
	// Lower case: [ISS terraform-provider-cloudflare#529 (2019), #5517 (2025), ansible#44366] for CNAME and MX; inferred
	// for NS and PTR.
	content = Canonical(content)
	if !ValidName(content) || strings.HasPrefix(content, "*") {
		return "", invalid
	}
	return content, nil
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

func checkTXT(content string) error {
	if content == "" {
		return refuse(Unverified, CodeContent, "Content for TXT record is invalid.")
	}
	if strings.ContainsFunc(content, unicode.IsControl) { // [ISS 2017-06: terraform-provider-cloudflare#9]
		return refuse(Reported, CodeTXTPrintable, "Invalid TXT record. Record may only contain printable ASCII!")
	}
	return checkLength(txtWireBytes(content))
}

func checkLength(wire int) error {
	if wire > maxTXTWireBytes {
		return refuse(
			Mocked,
			CodeContentLength,
			"Record content exceeds the allowed length of %d wire format bytes.",
			maxTXTWireBytes,
		)
	}
	return nil
}

// txtWireBytes is the length of the RDATA: each character-string and its length octet (RFC 1035 section 3.3.14).
func txtWireBytes(content string) int {
	n := 0
	for _, s := range Strings(content) {
		n += 1 + len(s)
	}
	return n
}

// Strings splits the content of a TXT record into the character-strings that DNS serves, each of at most
// 255 bytes. Quoted content is read as in a zone file (RFC 1035 section 5.1), with \" and \DDD escapes; any other is
// one text, single quotes in it included [SRC 2025-02: dnscontrol's integration tests, which ran against the API; the
// documentation says of 2024-10 that the dashboard may refuse them].
func Strings(content string) []string {
	if !wellQuoted(content) {
		return chunk(nil, content)
	}
	var (
		out    []string
		text   []byte
		quoted bool
	)
	for i := 0; i < len(content); i++ {
		c := content[i]
		switch {
		case c == '"':
			if quoted {
				out = chunk(out, string(text))
				text = text[:0]
			}
			quoted = !quoted
		case !quoted: // blanks between strings
		case c == '\\' && i+3 < len(content) && digits(content[i+1:i+4]):
			n := int(content[i+1]-'0')*100 + int(content[i+2]-'0')*10 + int(content[i+3]-'0')
			text = append(text, byte(n)) //nolint:gosec // \256 and above wrap, as they have no meaning
			i += 3
		case c == '\\' && i+1 < len(content):
			i++
			text = append(text, content[i])
		default:
			text = append(text, c)
		}
	}
	if len(text) > 0 {
		out = chunk(out, string(text))
	}
	return out
}

// wellQuoted reports whether content is character-strings in double quotes, with nothing but blanks between them.
func wellQuoted(content string) bool {
	quoted, quotes := false, 0
	for i := 0; i < len(content); i++ {
		switch c := content[i]; {
		case c == '"':
			quoted = !quoted
			quotes++
		case quoted && c == '\\':
			i++
		case !quoted && (c != ' ' || quotes == 0):
			return false
		}
	}
	return quotes > 0 && !quoted
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

func chunk(out []string, text string) []string {
	for len(text) > 255 {
		out, text = append(out, text[:255]), text[255:]
	}
	return append(out, text)
}
