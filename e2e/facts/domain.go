package facts

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// domain finds out what issuing a certificate for a host depends on.
func (c *collection) domain(ctx context.Context, w *climb, host string) {
	var d Domain
	note := func(err error) {
		if err != nil && d.Error == "" {
			d.Error = err.Error()
			c.fail(Domains, host, err)
		}
	}
	var err error
	d.Zone, err = w.zone(ctx, host)
	note(err)
	if d.Zone != "" {
		servers, err := w.ask(ctx, d.Zone, "NS")
		note(err)
		d.NameServers = slices.Sorted(slices.Values(servers.Data))
	}
	d.CAAAt, d.CAA, err = w.authorised(ctx, host)
	note(err)
	for at, into := range map[Server]*Answer{Authority: &d.Challenge.Authority, Resolver: &d.Challenge.Resolver} {
		answer, err := c.from.Internet.Lookup(ctx, at, "_acme-challenge."+host, "TXT")
		if err != nil {
			c.fail(Domains, host, err)
			answer.Error = err.Error()
		}
		slices.Sort(answer.Data)
		*into = answer
	}
	c.keep(func(s *Snapshot) {
		if s.Domains == nil {
			s.Domains = map[string]Domain{}
		}
		s.Domains[host] = d
	})
}

// climb asks the public resolver about hosts and the names above them. Hosts share those, so each question is
// asked once.
type climb struct {
	internet Internet
	mu       sync.Mutex
	asked    map[[2]string]func() (Answer, error)
}

func newClimb(internet Internet) *climb {
	return &climb{internet: internet, asked: map[[2]string]func() (Answer, error){}}
}

// ask returns the answer to a question. Rcodes other than those of an answer are errors.
func (w *climb) ask(ctx context.Context, name, qtype string) (Answer, error) {
	question := [2]string{name, qtype}
	w.mu.Lock()
	answer, ok := w.asked[question]
	if !ok {
		answer = sync.OnceValues(func() (Answer, error) {
			got, err := w.internet.Lookup(ctx, Resolver, name, qtype)
			if err == nil && got.Rcode != "NOERROR" && got.Rcode != "NXDOMAIN" {
				err = fmt.Errorf("query the resolver for %s of %s: %s", qtype, name, got.Rcode)
			}
			return got, err
		})
		w.asked[question] = answer
	}
	w.mu.Unlock()
	return answer()
}

// zone finds the closest name with an SOA of its own. An alias has that of its target, which says nothing of it.
func (w *climb) zone(ctx context.Context, host string) (string, error) {
	for _, name := range above(host) {
		answer, err := w.ask(ctx, name, "SOA")
		if err != nil {
			return "", err
		}
		if len(answer.Data) > 0 && len(answer.Names) == 0 {
			return name, nil
		}
	}
	return "", nil
}

// authorised finds the CAA records that govern a host: RFC 8659 section 3.
func (w *climb) authorised(ctx context.Context, host string) (string, []string, error) {
	for _, name := range above(host) {
		answer, err := w.ask(ctx, name, "CAA")
		if err != nil {
			return "", nil, err
		}
		if len(answer.Data) > 0 {
			return name, slices.Sorted(slices.Values(answer.Data)), nil
		}
	}
	return "", nil, nil
}

// above lists a name and those above it, down to two labels: no registry of top-level domains has anybody's
// zone or CAA.
func above(name string) []string {
	var out []string
	for strings.Contains(name, ".") {
		out = append(out, name)
		_, name, _ = strings.Cut(name, ".")
	}
	return out
}
