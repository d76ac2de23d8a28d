package probe

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/miekg/dns"
)

const (
	// udpSize is what a client today says it can take (DNS flag day 2020).
	udpSize = 1232
	// maxChain bounds the CNAMEs that are followed, as resolvers do.
	maxChain = 10
	// queryTimeout bounds one question.
	queryTimeout = 3 * time.Second
)

// resolve asks for A, then AAAA, and follows CNAMEs that the server did not.
func resolve(ctx context.Context, server, name string) (*Resolution, Class, error) {
	start := time.Now()
	res := &Resolution{Name: name, Server: server, Records: []AddressRecord{}}
	defer func() { res.Millis = millis(start) }()
	for _, qtype := range []uint16{dns.TypeA, dns.TypeAAAA} {
		class, err := res.ask(ctx, qtype)
		if err != nil {
			return res, class, err
		}
	}
	if len(res.Records) == 0 {
		return res, ClassNoData, fmt.Errorf("resolve %s at %s: the name has no address", name, server)
	}
	return res, "", nil
}

// ask adds the addresses of one type.
func (res *Resolution) ask(ctx context.Context, qtype uint16) (Class, error) {
	owner := dns.Fqdn(res.Name)
	for range maxChain {
		reply, err := exchange(ctx, res.Server, owner, qtype)
		if err != nil {
			class := ClassDNS
			if isTimeout(err) {
				class = ClassTimeout
			}
			return class, fmt.Errorf("resolve %s at %s: %w", res.Name, res.Server, err)
		}
		res.Rcode = dns.RcodeToString[reply.Rcode]
		if reply.Rcode != dns.RcodeSuccess {
			return rcodeClass(reply.Rcode), fmt.Errorf("resolve %s at %s: %s", res.Name, res.Server, res.Rcode)
		}
		next := res.read(reply.Answer, owner)
		if next == owner {
			return "", nil
		}
		owner = next
	}
	return ClassDNS, fmt.Errorf("resolve %s at %s: more than %d CNAMEs in a row", res.Name, res.Server, maxChain)
}

// read takes the addresses out of an answer, and returns the owner itself when
// it is done, or the name at which an unfinished chain of CNAMEs goes on.
func (res *Resolution) read(answer []dns.RR, owner string) string {
	addressed := false
	at := owner
	for _, rr := range answer {
		h := rr.Header()
		switch rr := rr.(type) {
		case *dns.CNAME:
			if strings.EqualFold(h.Name, at) {
				at = rr.Target
				res.link(rr.Target)
			}
		case *dns.A:
			addressed = true
			res.Records = append(res.Records, AddressRecord{"A", rr.A.String(), h.Ttl})
		case *dns.AAAA:
			addressed = true
			res.Records = append(res.Records, AddressRecord{"AAAA", rr.AAAA.String(), h.Ttl})
		}
	}
	if addressed || len(answer) == 0 {
		return owner
	}
	return at
}

// link notes a CNAME once: A and AAAA go the same way.
func (res *Resolution) link(target string) {
	for _, seen := range res.Chain {
		if strings.EqualFold(seen, target) {
			return
		}
	}
	res.Chain = append(res.Chain, target)
}

// exchange asks over UDP and again over TCP when the answer was truncated (RFC 7766 section 5).
func exchange(ctx context.Context, server, name string, qtype uint16) (*dns.Msg, error) {
	if _, ok := dns.IsDomainName(name); !ok {
		return nil, errors.New("no domain name")
	}
	query := new(dns.Msg)
	query.SetQuestion(name, qtype)
	query.SetEdns0(udpSize, false)
	reply, _, err := (&dns.Client{Net: "udp", UDPSize: udpSize, Timeout: queryTimeout}).ExchangeContext(
		ctx,
		query,
		server,
	)
	if err == nil && reply.Truncated {
		reply, _, err = (&dns.Client{Net: "tcp", Timeout: queryTimeout}).ExchangeContext(ctx, query, server)
	}
	return reply, err
}

func rcodeClass(rcode int) Class {
	switch rcode {
	case dns.RcodeNameError:
		return ClassNXDomain
	case dns.RcodeServerFailure:
		return ClassServfail
	case dns.RcodeRefused:
		return ClassDNSRefused
	default:
		return ClassDNS
	}
}
