package faultinjection

import (
	"strings"
	"time"

	mdns "github.com/miekg/dns"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/dns"
)

// Intercept makes a Set a dns.Interceptor.
func (s *Set) Intercept(q dns.Query) (dns.Action, bool) {
	h, struck := s.strike(func(r *api.FaultRule) bool { return r.DNS != nil && fitsQuestion(r.DNS, q) })
	if !struck {
		return dns.Action{}, false
	}
	act := dns.Action{
		ID: h.id, Delay: time.Duration(h.do.DelayMillis) * time.Millisecond,
		Drop: h.do.Drop, Truncate: h.do.Truncate,
	}
	if h.do.Rcode != "" {
		rcode := mdns.StringToRcode[strings.ToUpper(h.do.Rcode)]
		act.Rcode = &rcode
	}
	if h.do.Answer != nil {
		records, err := api.DNSAnswer(q.Name, *h.do.Answer)
		if err != nil { // the texts were read when the rule came; only the owner is new
			rcode := mdns.RcodeServerFailure
			act.Rcode = &rcode
			return act, true
		}
		act.Answer = records
	}
	return act, true
}

func fitsQuestion(m *api.DNSMatch, q dns.Query) bool {
	return glob(strings.ToLower(strings.TrimSuffix(m.Name, ".")), q.Name) &&
		(m.Type == "" || strings.EqualFold(m.Type, q.Type)) &&
		(m.Server == "" || m.Server == q.Server) && (m.Proto == "" || m.Proto == q.Proto) &&
		(m.Client == "" || from(m.Client, q.Client))
}
