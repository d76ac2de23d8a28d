package dns

import (
	"hash/fnv"
	"net"
	"net/netip"

	mdns "github.com/miekg/dns"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

// anycast answers for a proxied name: addresses of Cloudflare's edge, of both
// families whatever the origin has, TTL 300, and the HTTPS record that goes with
// them (developers.cloudflare.com/dns/proxy-status).
func (l *lookup) anycast(zv zone.ZoneView, owner, name string, records []*zone.Record) {
	v4, v6 := Anycast(zv.Zone().Name, name)
	for _, r := range records {
		if r.IPv4Only {
			v6 = nil
		}
		if r.IPv6Only {
			v4 = nil
		}
	}
	switch l.qtype {
	case mdns.TypeA:
		for _, a := range v4 {
			l.add(addressRR(owner, a, automaticTTL))
		}
	case mdns.TypeAAAA:
		for _, a := range v6 {
			l.add(addressRR(owner, a, automaticTTL))
		}
	case mdns.TypeHTTPS:
		binding := &mdns.HTTPS{SVCB: mdns.SVCB{
			Hdr: header(owner, mdns.TypeHTTPS, automaticTTL), Priority: 1, Target: ".",
			Value: []mdns.SVCBKeyValue{
				&mdns.SVCBAlpn{Alpn: []string{"h2"}},
			},
		}}
		if v4 != nil {
			binding.Value = append(binding.Value, &mdns.SVCBIPv4Hint{Hint: ips(v4)})
		}
		if v6 != nil {
			binding.Value = append(binding.Value, &mdns.SVCBIPv6Hint{Hint: ips(v6)})
		}
		l.add(binding)
	}
	if len(l.reply.Answer) == 0 {
		l.negative(zv)
	}
}

func ips(addrs []netip.Addr) []net.IP {
	out := make([]net.IP, len(addrs))
	for i, a := range addrs {
		out[i] = a.AsSlice()
	}
	return out
}

// Anycast returns the edge addresses that a proxied name of a zone answers: two
// of 104.16.0.0/13 and 172.64.0.0/13, two of 2606:4700::/32, always the same.
func Anycast(apex, name string) (v4, v6 []netip.Addr) {
	h := fnv.New32a()
	_, _ = h.Write([]byte(apex + " " + name))
	sum := h.Sum32()
	hi, lo := byte(sum>>8), byte(sum) //nolint:gosec // the low bytes are wanted
	first, second := [4]byte{104, 21, hi, lo}, [4]byte{172, 67, hi, lo}
	v4 = []netip.Addr{netip.AddrFrom4(first), netip.AddrFrom4(second)}
	for i, a := range [][4]byte{first, second} {
		b := [16]byte{0: 0x26, 1: 0x06, 2: 0x47, 4: 0x30, 5: 0x30 + byte(i)}
		copy(b[12:], a[:])
		v6 = append(v6, netip.AddrFrom16(b))
	}
	return v4, v6
}

// flatten answers the target's addresses under the alias's own name, as
// Cloudflare does at the apex; the TTL is the smaller of the two
// (developers.cloudflare.com/dns/cname-flattening). A target without addresses
// leaves no data [UNV].
func (l *lookup) flatten(zv zone.ZoneView, owner string, alias *zone.Record, depth int) {
	if depth >= maxChain {
		l.reply.Rcode = mdns.RcodeServerFailure
		return
	}
	target := &lookup{
		s:     l.s,
		view:  l.view,
		role:  api.RoleBoth,
		now:   l.now,
		lag:   l.lag,
		qtype: l.qtype,
		reply: new(mdns.Msg),
	}
	target.name(mdns.Fqdn(alias.Content), zone.Canonical(alias.Content), depth+1)
	if target.stranger != "" {
		l.s.unknown.count(target.stranger, l.client, l.now)
	}
	least := ttl(alias)
	for _, rr := range target.reply.Answer {
		least = min(least, rr.Header().Ttl)
	}
	for _, rr := range target.reply.Answer {
		if rr.Header().Rrtype != l.qtype {
			continue
		}
		rr.Header().Name, rr.Header().Ttl = owner, least
		l.add(rr)
	}
	if len(l.reply.Answer) == 0 {
		l.negative(zv)
	}
}
