package dns

import (
	"fmt"
	"net"
	"net/netip"

	mdns "github.com/miekg/dns"

	"github.com/edgeproof/edgeproof/mocks/zone"
)

// Times of Cloudflare's zones, in seconds (developers.cloudflare.com/dns/manage-dns-records/reference/…).
const (
	automaticTTL = 300 // what TTL 1, "automatic", is on the wire
	soaTTL       = 3600
	soaRefresh   = 10000
	soaRetry     = 2400
	soaExpire    = 604800
	soaMinimum   = 1800
	nsTTL        = 86400
	hinfoTTL     = 3789 // RFC 8482 leaves it open
	ownTTL       = 60   // of the fake internet's own names
	rootMinimum  = 5    // of unknown names: short, a test may be about to add the zone
)

func header(owner string, rrtype uint16, ttl uint32) mdns.RR_Header {
	return mdns.RR_Header{Name: owner, Rrtype: rrtype, Class: mdns.ClassINET, Ttl: ttl}
}

func ttl(r *zone.Record) uint32 {
	if r.TTL <= zone.AutomaticTTL {
		return automaticTTL
	}
	return uint32(r.TTL) //nolint:gosec // the store holds it to 86400
}

// toRR says a record in DNS.
func toRR(owner string, r *zone.Record) (mdns.RR, error) {
	switch r.Type {
	case "A", "AAAA":
		addr, err := netip.ParseAddr(r.Content)
		if err != nil {
			return nil, fmt.Errorf("serve %s %s: %w", r.Type, r.Name, err)
		}
		return addressRR(owner, addr, ttl(r)), nil
	case "CNAME":
		return &mdns.CNAME{Hdr: header(owner, mdns.TypeCNAME, ttl(r)), Target: mdns.Fqdn(r.Content)}, nil
	case "NS":
		return &mdns.NS{Hdr: header(owner, mdns.TypeNS, ttl(r)), Ns: mdns.Fqdn(r.Content)}, nil
	case "TXT":
		return &mdns.TXT{Hdr: header(owner, mdns.TypeTXT, ttl(r)), Txt: escape(zone.Strings(r.Content))}, nil
	case "MX":
		return &mdns.MX{Hdr: header(owner, mdns.TypeMX, ttl(r)), Preference: priority(r), Mx: mdns.Fqdn(r.Content)}, nil
	}
	return parseRR(owner, r)
}

// parseRR reads the content as a zone file would hold it.
func parseRR(owner string, r *zone.Record) (mdns.RR, error) {
	// Owners are given afterwards: an asterisk or odd label need not survive a parser.
	rr, err := mdns.NewRR(fmt.Sprintf(". %d IN %s %s", ttl(r), r.Type, r.Presentation()))
	if err != nil {
		return nil, fmt.Errorf("serve %s %s: %w", r.Type, r.Name, err)
	}
	if rr == nil {
		return nil, fmt.Errorf("serve %s %s: no data", r.Type, r.Name)
	}
	rr.Header().Name = owner
	return rr, nil
}

func priority(r *zone.Record) uint16 {
	if r.Priority == nil {
		return 0
	}
	return *r.Priority
}

func addressRR(owner string, addr netip.Addr, ttl uint32) mdns.RR {
	addr = addr.Unmap()
	if addr.Is4() {
		return &mdns.A{Hdr: header(owner, mdns.TypeA, ttl), A: net.IP(addr.AsSlice())}
	}
	return &mdns.AAAA{Hdr: header(owner, mdns.TypeAAAA, ttl), AAAA: net.IP(addr.AsSlice())}
}

// escape puts texts into the library's form, which reads backslashes as in a zone file.
func escape(texts []string) []string {
	out := make([]string, len(texts))
	for i, text := range texts {
		plain := true
		for j := range len(text) {
			if c := text[j]; c == '\\' || c == '"' || c < ' ' || c > '~' {
				plain = false
				break
			}
		}
		if plain {
			out[i] = text
			continue
		}
		b := make([]byte, 0, len(text)+8)
		for j := range len(text) {
			switch c := text[j]; {
			case c == '\\' || c == '"':
				b = append(b, '\\', c)
			case c < ' ' || c > '~':
				b = append(b, '\\', '0'+c/100, '0'+c/10%10, '0'+c%10)
			default:
				b = append(b, c)
			}
		}
		out[i] = string(b)
	}
	return out
}

// soa is a zone's start of authority: RFC 1035 section 3.3.13.
func soa(zv zone.ZoneView, seconds uint32) mdns.RR {
	z := zv.Zone()
	first := "ns.invalid."
	if len(z.NameServers) > 0 {
		first = mdns.Fqdn(z.NameServers[0])
	}
	return &mdns.SOA{
		Hdr: header(mdns.Fqdn(z.Name), mdns.TypeSOA, seconds), Ns: first, Mbox: "dns.cloudflare.com.",
		Serial: zv.Serial(), Refresh: soaRefresh, Retry: soaRetry, Expire: soaExpire, Minttl: soaMinimum,
	}
}

// apex adds what every zone has at its top.
func (l *lookup) apex(zv zone.ZoneView, owner string) {
	switch l.qtype {
	case mdns.TypeSOA:
		rr := soa(zv, soaTTL)
		rr.Header().Name = owner
		l.add(rr)
	case mdns.TypeNS:
		for _, ns := range zv.Zone().NameServers {
			l.add(&mdns.NS{Hdr: header(owner, mdns.TypeNS, nsTTL), Ns: mdns.Fqdn(ns)})
		}
	}
}

// negative adds the SOA that bounds how long a "no" may be kept: RFC 2308 section 3.
func (l *lookup) negative(zv zone.ZoneView) {
	l.reply.Ns = append(l.reply.Ns, soa(zv, soaMinimum))
}
