package faultinjection

import (
	"fmt"
	"strings"
	"time"

	mdns "github.com/miekg/dns"

	"github.com/edgeproof/edgeproof/mocks/dns"
)

// answerTTL is the TTL of injected records, in seconds.
const answerTTL = 60

// Intercept makes a Set a dns.Interceptor.
func (s *Set) Intercept(q dns.Query) (dns.Action, bool) {
	h, struck := s.strike(func(r *Rule) bool { return r.DNS != nil && r.DNS.fits(q) })
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
		records, err := answerFor(q.Name, *h.do.Answer)
		if err != nil { // the texts were read when the rule came; only the owner is new
			rcode := mdns.RcodeServerFailure
			act.Rcode = &rcode
			return act, true
		}
		act.Answer = records
	}
	return act, true
}

func (m *DNSMatch) fits(q dns.Query) bool {
	return glob(strings.ToLower(strings.TrimSuffix(m.Name, ".")), q.Name) &&
		(m.Type == "" || strings.EqualFold(m.Type, q.Type)) &&
		(m.Server == "" || m.Server == q.Server) && (m.Proto == "" || m.Proto == q.Proto) &&
		(m.Client == "" || from(m.Client, q.Client))
}

// answerFor reads records as "TYPE data"; never nil.
func answerFor(owner string, texts []string) ([]mdns.RR, error) {
	out := make([]mdns.RR, 0, len(texts))
	for _, text := range texts {
		rr, err := mdns.NewRR(fmt.Sprintf(". %d IN %s", answerTTL, text))
		if err != nil || rr == nil {
			return nil, fmt.Errorf("answer %q: give a type and its data as in a zone file: %w", text, orEmpty(err))
		}
		rr.Header().Name = mdns.Fqdn(owner)
		out = append(out, rr)
	}
	return out, nil
}

func orEmpty(err error) error {
	if err == nil {
		return fmt.Errorf("no record")
	}
	return err
}
