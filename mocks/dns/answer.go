package dns

import (
	"net/netip"
	"strings"
	"time"

	mdns "github.com/miekg/dns"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

// maxUDP is the largest answer over UDP, and the size announced (DNS flag day 2020; Cloudflare's own figure).
const maxUDP = 1232

// origin says where a message came in.
type origin struct {
	role          api.DNSRole
	lag           time.Duration
	client, proto string
	server        string
}

// answer makes the reply to a message, nil for none, and says how long to hold it back.
func (s *Server) answer(query *mdns.Msg, from origin) (*mdns.Msg, time.Duration) {
	start := time.Now()
	s.asked.Add(1)
	reply := new(mdns.Msg)
	reply.SetReply(query)
	reply.RecursionAvailable = from.role != api.RoleAuthority
	if refused := unfit(query, reply); refused {
		finish(query, reply, from.proto)
		s.record(query, reply, from, start, "")
		return reply, 0
	}
	q := query.Question[0]
	act, rule := s.intercept(q, from)
	switch {
	case act.Drop:
		s.record(query, nil, from, start, rule)
		return nil, act.Delay
	case act.Rcode != nil:
		reply.Rcode = *act.Rcode
	case act.Truncate && from.proto == "udp":
		reply.Truncated = true
	case act.Answer != nil:
		reply.Authoritative = from.role != api.RoleResolver
		reply.Answer = act.Answer
	default:
		s.resolve(q, reply, from)
	}
	finish(query, reply, from.proto)
	s.record(query, reply, from, start, rule)
	return reply, act.Delay
}

// unfit settles what is not a plain question: RFC 1035 section 4.1.1, RFC 6891
// section 6.1.3. A message with several questions has no defined meaning (RFC 9619).
func unfit(query, reply *mdns.Msg) bool {
	switch {
	case query.Opcode != mdns.OpcodeQuery:
		reply.Rcode = mdns.RcodeNotImplemented
	case len(query.Question) != 1:
		reply.Rcode = mdns.RcodeFormatError
	case query.Question[0].Qclass != mdns.ClassINET && query.Question[0].Qclass != mdns.ClassANY,
		query.Question[0].Qtype == mdns.TypeAXFR, query.Question[0].Qtype == mdns.TypeIXFR:
		reply.Rcode = mdns.RcodeRefused
	default:
		if opt := query.IsEdns0(); opt != nil && opt.Version() != 0 {
			reply.Rcode = mdns.RcodeBadVers
			return true
		}
		return false
	}
	return true
}

func (s *Server) intercept(q mdns.Question, from origin) (Action, string) {
	if s.faults == nil {
		return Action{}, ""
	}
	act, ok := s.faults.Intercept(Query{
		Name: zone.Canonical(q.Name), Type: mdns.TypeToString[q.Qtype],
		Client: from.client, Proto: from.proto, Server: from.server,
	})
	if !ok {
		return Action{}, ""
	}
	return act, act.ID
}

// finish adds EDNS where it was requested, and truncates an answer that does not fit (RFC 2181 section 9).
func finish(query, reply *mdns.Msg, proto string) {
	limit := mdns.MinMsgSize
	if opt := query.IsEdns0(); opt != nil {
		limit = max(limit, min(int(opt.UDPSize()), maxUDP))
		reply.SetEdns0(maxUDP, false)
	}
	if proto != "udp" {
		limit = mdns.MaxMsgSize
	}
	truncated := reply.Truncated
	reply.Truncate(limit)
	reply.Truncated = reply.Truncated || truncated
}

// record journals a question with its outcome.
func (s *Server) record(query, reply *mdns.Msg, from origin, start time.Time, rule string) {
	if s.journal == nil {
		return
	}
	e := api.JournalEntry{
		Time:    start,
		Source:  api.SourceDNS,
		Client:  from.client,
		Op:      "malformed",
		Outcome: "dropped",
		Detail:  map[string]string{"proto": from.proto},
	}
	if len(query.Question) > 0 {
		q := query.Question[0]
		e.Op = mdns.Type(q.Qtype).String() + " " + clip(strings.ToLower(q.Name))
	}
	if from.server != "" && from.server != from.proto {
		e.Detail["server"] = from.server
	}
	if rule != "" {
		e.Detail["fault"] = rule
	}
	if reply != nil {
		e.Outcome = mdns.RcodeToString[reply.Rcode]
		if reply.Truncated {
			e.Outcome += " TC"
		}
		if text := summary(reply.Answer); text != "" {
			e.Detail["answer"] = text
		}
	}
	e.Millis = float64(time.Since(start).Microseconds()) / 1000
	s.journal.Record(e)
}

// summary shows the data of an answer, its first records only.
func summary(answer []mdns.RR) string {
	const shown = 4
	var b strings.Builder
	for i, rr := range answer {
		if i == shown {
			b.WriteString(" …")
			break
		}
		if i > 0 {
			b.WriteByte(' ')
		}
		switch rr := rr.(type) {
		case *mdns.A:
			if addr, ok := netip.AddrFromSlice(rr.A); ok {
				b.WriteString(addr.Unmap().String())
			}
		case *mdns.AAAA:
			b.WriteString(rr.AAAA.String())
		case *mdns.CNAME:
			b.WriteString(rr.Target)
		case *mdns.TXT:
			b.WriteString(strings.Join(rr.Txt, ""))
		case *mdns.NS:
			b.WriteString(rr.Ns)
		default:
			b.WriteString(mdns.Type(rr.Header().Rrtype).String())
		}
	}
	return clip(b.String())
}

func clip(s string) string {
	const limit = 300
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "…"
}
