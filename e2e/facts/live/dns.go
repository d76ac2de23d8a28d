package live

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

const (
	// udpSize is what a client today says it can take (DNS flag day 2020).
	udpSize = 1232
	// patience bounds one question to one server.
	patience = 3 * time.Second
	// maxServers bounds how many name servers of a zone are tried.
	maxServers = 3
)

// Lookup asks the resolver, or the name servers of the zone in their order until one answers.
func (i *Internet) Lookup(ctx context.Context, at facts.Server, name, qtype string) (facts.Answer, error) {
	kind, ok := dns.StringToType[strings.ToUpper(qtype)]
	if !ok {
		return facts.Answer{}, fmt.Errorf("query %s of %s: no such record type", qtype, name)
	}
	servers := []string{i.o.Resolver}
	if at == facts.Authority {
		var err error
		if servers, err = i.authority(ctx, name); err != nil {
			return facts.Answer{}, fmt.Errorf("find the name servers of %s: %w", name, err)
		}
	}
	var failed error
	for _, server := range servers {
		reply, err := exchange(ctx, server, name, kind, at == facts.Resolver)
		if err == nil {
			return facts.ReadAnswer(dns.RcodeToString[reply.Rcode], qtype, reply.Answer), nil
		}
		failed = errors.Join(failed, err)
	}
	return facts.Answer{}, fmt.Errorf("query the %s for %s of %s: %w", at, qtype, name, failed)
}

// authority returns the addresses of the name servers of a name's zone. Where a resolver has no SOA for a name,
// the answer has that of the zone around it (RFC 2308 section 3); an alias tells of its target, so the search
// goes on above it.
func (i *Internet) authority(ctx context.Context, name string) ([]string, error) {
	for at := name; strings.Contains(at, "."); _, at, _ = strings.Cut(at, ".") {
		reply, err := exchange(ctx, i.o.Resolver, at, dns.TypeSOA, true)
		if err != nil {
			return nil, err
		}
		if reply.Rcode != dns.RcodeSuccess && reply.Rcode != dns.RcodeNameError {
			return nil, fmt.Errorf("query %s for SOA of %s: %s", i.o.Resolver, at, dns.RcodeToString[reply.Rcode])
		}
		if zone := cut(reply, at); zone != "" {
			return i.servers(ctx, zone)
		}
	}
	return nil, errors.New("no zone has it")
}

// cut is the owner of the SOA in an answer; empty when there is none, or only that of a top-level domain.
func cut(reply *dns.Msg, asked string) string {
	for _, section := range [][]dns.RR{reply.Answer, reply.Ns} {
		for _, record := range section {
			owner := strings.TrimSuffix(strings.ToLower(record.Header().Name), ".")
			switch record.(type) {
			case *dns.CNAME:
				return ""
			case *dns.SOA:
				if strings.Contains(owner, ".") && dns.IsSubDomain(dns.Fqdn(owner), dns.Fqdn(asked)) {
					return owner
				}
			}
		}
	}
	return ""
}

// servers resolves the name servers of a zone, once.
func (i *Internet) servers(ctx context.Context, zone string) ([]string, error) {
	i.mu.Lock()
	find, ok := i.cuts[zone]
	if !ok {
		find = sync.OnceValues(func() ([]string, error) { return i.find(ctx, zone) })
		i.cuts[zone] = find
	}
	i.mu.Unlock()
	return find()
}

func (i *Internet) find(ctx context.Context, zone string) ([]string, error) {
	reply, err := exchange(ctx, i.o.Resolver, zone, dns.TypeNS, true)
	if err != nil {
		return nil, err
	}
	names := facts.ReadAnswer("", "NS", reply.Answer).Data
	var out []string
	for _, name := range names[:min(len(names), maxServers)] {
		addresses, err := exchange(ctx, i.o.Resolver, name, dns.TypeA, true)
		if err != nil {
			continue // another one may do
		}
		for _, address := range facts.ReadAnswer("", "A", addresses.Answer).Addresses {
			out = append(out, net.JoinHostPort(address, i.o.NameServerPort))
			break
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("zone %s: none of its name servers (%s) has an address", zone, strings.Join(names, ", "))
	}
	return out, nil
}

// exchange asks by UDP, and by TCP when the answer does not fit.
func exchange(ctx context.Context, server, name string, qtype uint16, recurse bool) (*dns.Msg, error) {
	query := new(dns.Msg)
	query.SetQuestion(dns.Fqdn(name), qtype)
	query.RecursionDesired = recurse
	query.SetEdns0(udpSize, false)
	var last error
	for _, proto := range []string{"udp", "tcp"} {
		reply, _, err := (&dns.Client{Net: proto, Timeout: patience}).ExchangeContext(ctx, query, server)
		if err == nil && !reply.Truncated {
			return reply, nil
		}
		if last = err; err == nil {
			last = errors.New("the answer is truncated over TCP too")
		}
	}
	return nil, fmt.Errorf("query %s: %w", server, last)
}
