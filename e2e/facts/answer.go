package facts

import (
	"strings"

	"github.com/miekg/dns"
)

// Answers are the DNS answers for a host's addresses.
type Answers struct {
	Authority Answer `json:"authority"` // a name server of the zone
	Resolver  Answer `json:"resolver"`  // a public resolver
}

// Answer is one answer.
type Answer struct {
	Rcode string `json:"rcode"`
	// Names are the CNAMEs on the way.
	Names []string `json:"names,omitempty"`
	// Addresses are the data of A and AAAA records.
	Addresses []string `json:"addresses,omitempty"`
	// Data is that of the records of any other requested type, as in a zone file; of TXT the text itself, of NS
	// and SOA the name server without its last dot.
	Data  []string `json:"data,omitempty"`
	TTL   uint32   `json:"ttl,omitempty"` // seconds, the least
	Error string   `json:"error,omitempty"`
}

// Domain is the DNS data of a host other than its addresses, on which issuing a certificate depends.
type Domain struct {
	// Zone is the zone that the public DNS finds the host in, by the walk for its SOA that cert-manager does too:
	// RFC 1034 section 4.2.
	Zone string `json:"zone,omitempty"`
	// NameServers are those that the zone is delegated to, by name.
	NameServers []string `json:"nameServers,omitempty"`
	// CAA are the records that restrict who may issue (RFC 8659), and CAAAt the name that has them, the host or
	// the closest above it that has any (RFC 8659 section 3). Without any, everybody may.
	CAA   []string `json:"caa,omitempty"` // as in a zone file: 0 issue "letsencrypt.org"
	CAAAt string   `json:"caaAt,omitempty"`
	// Challenge are the TXT records at _acme-challenge.HOST, where DNS-01 is proved (RFC 8555 section 8.4).
	Challenge Answers `json:"challenge"`
	// Error is why Zone, NameServers or CAA are not known: an rcode or a timeout.
	Error string `json:"error,omitempty"`
}

// ReadAnswer takes the requested records from an answer section.
func ReadAnswer(rcode, qtype string, records []dns.RR) Answer {
	out := Answer{Rcode: rcode}
	for n, record := range records {
		h := record.Header()
		if n == 0 || h.Ttl < out.TTL {
			out.TTL = h.Ttl
		}
		if alias, ok := record.(*dns.CNAME); ok && qtype != "CNAME" {
			out.Names = append(out.Names, strings.TrimSuffix(alias.Target, "."))
			continue
		}
		if dns.Type(h.Rrtype).String() != strings.ToUpper(qtype) {
			continue
		}
		switch r := record.(type) {
		case *dns.A:
			out.Addresses = append(out.Addresses, r.A.String())
		case *dns.AAAA:
			out.Addresses = append(out.Addresses, r.AAAA.String())
		case *dns.TXT:
			out.Data = append(out.Data, strings.Join(r.Txt, ""))
		case *dns.NS:
			out.Data = append(out.Data, strings.TrimSuffix(r.Ns, "."))
		case *dns.SOA:
			out.Data = append(out.Data, strings.TrimSuffix(r.Ns, "."))
		default:
			out.Data = append(out.Data, strings.TrimPrefix(record.String(), h.String()))
		}
	}
	return out
}
