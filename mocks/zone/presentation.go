package zone

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/miekg/dns"
)

// Presentation is the record's data as a zone file has it (RFC 1035 section 5.1), names with their final dot.
func (r *Record) Presentation() string {
	switch r.Type {
	case "CNAME", "NS", "PTR":
		return r.Content + "."
	case "MX":
		return leading(r.Priority) + strings.TrimSuffix(r.Content, ".") + "."
	case "TXT":
		quoted := make([]string, 0, 1)
		for _, s := range Strings(r.Content) {
			quoted = append(quoted, quote(s))
		}
		return strings.Join(quoted, " ")
	case "A", "AAAA":
		return r.Content
	}
	rr, err := parse(r.Type, r.Content, r.Priority)
	if err != nil { // the store takes none such
		return r.Content
	}
	return strings.TrimPrefix(rr.String(), rr.Header().String())
}

// parse reads the content of a type that has data fields, or none of its own rules. What cannot be read, or cannot
// be sent, is no content of that type.
func parse(typ, content string, priority *uint16) (dns.RR, error) {
	data := content
	if typ == "SRV" || typ == "URI" {
		data = leading(priority) + content
	}
	rr, err := dns.NewRR(". 0 IN " + typ + " " + data)
	if err != nil {
		return nil, err
	}
	if rr == nil {
		return nil, fmt.Errorf("%s has no data", typ)
	}
	message := dns.Msg{Answer: []dns.RR{rr}}
	_, err = message.Pack()
	return rr, err
}

func leading(priority *uint16) string {
	if priority == nil {
		return "0 "
	}
	return strconv.Itoa(int(*priority)) + " "
}

// quote writes a character-string: what is not printable as \DDD.
func quote(text string) string {
	b := []byte{'"'}
	for i := range len(text) {
		switch c := text[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c < ' ' || c > '~':
			b = fmt.Appendf(b, `\%03d`, c)
		default:
			b = append(b, c)
		}
	}
	return string(append(b, '"'))
}
