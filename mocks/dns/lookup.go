package dns

import (
	"strings"
	"time"

	mdns "github.com/miekg/dns"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

// maxChain bounds the CNAMEs of one answer; a longer chain is SERVFAIL.
const maxChain = 10

// lookup is the work on one question under one view of the store.
type lookup struct {
	s     *Server
	view  zone.View
	role  api.DNSRole
	now   time.Time
	lag   time.Duration
	qtype uint16
	reply *mdns.Msg
	// stranger is a name that lies in no zone, to be settled after the view: see resolve.
	stranger string
	owner    string
	client   string
}

// resolve fills the answer to a question.
func (s *Server) resolve(q mdns.Question, reply *mdns.Msg, from origin) {
	l := &lookup{s: s, role: from.role, lag: from.lag, client: from.client, now: s.now(), qtype: q.Qtype, reply: reply}
	s.store.Read(func(v zone.View) {
		l.view = v
		l.name(q.Name, zone.Canonical(q.Name), 0)
	})
	if l.stranger != "" {
		l.foreign(l.owner, l.stranger)
	}
}

// name answers for one name of the chain: the queried one, or a CNAME's target.
func (l *lookup) name(owner, name string, depth int) {
	if l.role != api.RoleAuthority {
		if addr, ok := l.s.ownAddress(name); ok {
			l.ownName(owner, addr)
			return
		}
	}
	zv, ok := l.zoneOf(name)
	if ok && l.qtype == mdns.TypeDS && l.role != api.RoleAuthority && name == zv.Zone().Name {
		zv, ok = l.zoneOf(parent(name)) // the parent's, for a resolver (RFC 4035 section 3.1.4.1): BIND takes no other answer
	}
	switch {
	case ok:
		if depth == 0 {
			l.reply.Authoritative = l.role != api.RoleResolver
		}
		l.inZone(zv, owner, name, depth)
	case l.role != api.RoleAuthority:
		l.owner, l.stranger = owner, strings.TrimSuffix(name, ".")
		if name == "" { // the root itself
			l.stranger = "."
		}
	case depth == 0:
		l.reply.Rcode = mdns.RcodeRefused
	}
}

// zoneOf finds the zone of a name. A zone that is not active is not delegated
// to its name servers: they answer, but no resolver is referred to them.
func (l *lookup) zoneOf(name string) (zone.ZoneView, bool) {
	for {
		zv, ok := l.view.Best(name)
		if !ok || l.role == api.RoleAuthority || zv.Zone().Status == api.ZoneActive {
			return zv, ok
		}
		name = parent(zv.Zone().Name)
	}
}

// inZone answers from a zone: RFC 1034 section 4.3.2.
func (l *lookup) inZone(zv zone.ZoneView, owner, name string, depth int) {
	if at, ns := l.delegation(zv, name); ns != nil {
		l.refer(zv, at, ns)
		return
	}
	records := l.visible(zv, name)
	if len(records) == 0 && !l.exists(zv, name) {
		source, ok := l.wildcard(zv, name)
		if !ok {
			l.reply.Rcode = mdns.RcodeNameError
			l.negative(zv)
			return
		}
		records = l.visible(zv, source)
	}
	l.node(zv, owner, name, records, depth)
}

// wildcard finds the source of synthesis (RFC 4592 section 3.3.1): the asterisk
// right below the closest name above that exists.
func (l *lookup) wildcard(zv zone.ZoneView, name string) (string, bool) {
	encloser := parent(name)
	for !l.exists(zv, encloser) {
		encloser = parent(encloser) // the apex exists
	}
	source := "*." + encloser
	return source, l.exists(zv, source)
}

// node answers from the records of one name.
func (l *lookup) node(zv zone.ZoneView, owner, name string, records []*zone.Record, depth int) {
	apex := name == zv.Zone().Name
	if l.qtype == mdns.TypeANY { // RFC 8482 section 4.2
		l.add(&mdns.HINFO{Hdr: header(owner, mdns.TypeHINFO, hinfoTTL), Cpu: "RFC8482"})
		return
	}
	alias, proxied := special(records)
	switch {
	case proxied && (l.qtype == mdns.TypeA || l.qtype == mdns.TypeAAAA || l.qtype == mdns.TypeHTTPS):
		l.anycast(zv, owner, name, records)
		return
	case proxied && l.qtype == mdns.TypeCNAME:
		records = nil // a proxied CNAME is never shown
	case alias != nil && !proxied && (apex || alias.FlattenCNAME):
		if l.qtype == mdns.TypeA || l.qtype == mdns.TypeAAAA {
			l.flatten(zv, owner, alias, depth)
			return
		}
		if l.qtype == mdns.TypeCNAME {
			records = nil
		}
	case alias != nil && !proxied && l.qtype != mdns.TypeCNAME:
		l.follow(owner, alias, depth)
		return
	}
	if apex {
		l.apex(zv, owner)
	}
	for _, r := range records {
		if mdns.StringToType[r.Type] == l.qtype {
			l.addRecord(owner, r)
		}
	}
	if len(l.reply.Answer) == 0 || l.reply.Answer[len(l.reply.Answer)-1].Header().Rrtype != l.qtype {
		l.negative(zv)
	}
}

// special finds the CNAME of a name and whether the name is proxied: one
// proxied record makes all addresses of its name proxied.
func special(records []*zone.Record) (alias *zone.Record, proxied bool) {
	for _, r := range records {
		if r.Type == "CNAME" {
			alias = r
		}
		proxied = proxied || r.Proxied
	}
	return alias, proxied
}

// follow answers a CNAME and goes on at its target.
func (l *lookup) follow(owner string, alias *zone.Record, depth int) {
	for _, rr := range l.reply.Answer {
		if !strings.EqualFold(rr.Header().Name, owner) {
			continue
		}
		// A loop: no record twice (RFC 2181 section 5). A name server leaves it at that, as BIND, Knot and NSD do; a
		// resolver fails.
		if l.role != api.RoleAuthority && l.reply.RecursionDesired {
			l.reply.Rcode = mdns.RcodeServerFailure
		}
		return
	}
	l.addRecord(owner, alias)
	if depth >= maxChain {
		l.reply.Rcode = mdns.RcodeServerFailure
		return
	}
	l.name(mdns.Fqdn(alias.Content), zone.Canonical(alias.Content), depth+1)
}

// delegation finds the highest name between apex and name that is delegated
// away, with its NS records; DS is answered on the upper side (RFC 4035 section 3.1.4.1).
func (l *lookup) delegation(zv zone.ZoneView, name string) (string, []*zone.Record) {
	apex := zv.Zone().Name
	if len(name) == len(apex) {
		return "", nil
	}
	for end := len(name) - len(apex) - 1; end > 0; {
		start := strings.LastIndexByte(name[:end], '.') + 1
		at := name[start:]
		var ns []*zone.Record
		for _, r := range l.visible(zv, at) {
			if r.Type == "NS" {
				ns = append(ns, r)
			}
		}
		if ns != nil && (l.qtype != mdns.TypeDS || at != name) {
			return at, ns
		}
		end = start - 1
	}
	return "", nil
}

// refer answers with a referral; a resolver would have to ask those servers,
// and they are not part of this internet: SERVFAIL.
func (l *lookup) refer(zv zone.ZoneView, at string, ns []*zone.Record) {
	if l.role != api.RoleAuthority {
		l.reply.Authoritative = false
		l.reply.Rcode = mdns.RcodeServerFailure
		return
	}
	l.reply.Authoritative = false
	for _, r := range ns {
		l.reply.Ns = append(l.reply.Ns, &mdns.NS{Hdr: header(mdns.Fqdn(at), mdns.TypeNS, ttl(r)), Ns: mdns.Fqdn(r.Content)})
		target := zone.Canonical(r.Content)
		if !zone.Below(target, zv.Zone().Name) {
			continue
		}
		for _, glue := range l.visible(zv, target) {
			if rr, err := toRR(mdns.Fqdn(target), glue); err == nil && (glue.Type == "A" || glue.Type == "AAAA") {
				l.reply.Extra = append(l.reply.Extra, rr)
			}
		}
	}
}

func (l *lookup) add(rr mdns.RR) { l.reply.Answer = append(l.reply.Answer, rr) }

func (l *lookup) addRecord(owner string, r *zone.Record) {
	rr, err := toRR(owner, r)
	if err != nil { // the store took what DNS cannot say: do not hide it
		l.reply.Rcode = mdns.RcodeServerFailure
		return
	}
	l.add(rr)
}

func parent(name string) string {
	_, rest, _ := strings.Cut(name, ".")
	return rest
}
