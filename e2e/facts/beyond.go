package facts

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/mocks/outside"
)

// errNoInternet is what parts outside the cluster say when nobody can ask there.
var errNoInternet = errors.New("no client on the internet was given")

// beyond lists the tasks that look past the objects: provider, DNS, probes and logs.
func (c *collection) beyond() []task {
	var out []task
	if c.s.Has(Logs) {
		out = append(out, c.logs()...)
	}
	if c.from.Internet == nil {
		for _, p := range []Part{Provider, DNS, Probes} {
			if c.s.Has(p) {
				c.fail(p, "", errNoInternet)
			}
		}
		return out
	}
	if c.s.Has(Provider) {
		out = append(out, c.provider)
	}
	for host, address := range c.hosts() {
		if c.s.Has(DNS) {
			out = append(out, func(ctx context.Context) { c.lookup(ctx, host) })
		}
		if c.s.Has(Probes) {
			out = append(out, func(ctx context.Context) { c.probe(ctx, host, address) })
		}
	}
	return out
}

// hosts are those to ask for, each with the raw address of its ingress controller, "" when there is none.
func (c *collection) hosts() map[string]string {
	controller := c.s.AddressOf(c.scope.Controller)
	out := map[string]string{}
	for _, host := range c.scope.Hosts {
		out[host] = controller
	}
	for i := range c.s.Ingresses {
		ingress := &c.s.Ingresses[i]
		address := controller
		if lb := ingress.Status.LoadBalancer.Ingress; address == "" && len(lb) > 0 {
			address = lb[0].IP
		}
		for _, host := range HostsOf(ingress) {
			if !strings.HasPrefix(host, "*") && out[host] == "" && (len(c.scope.Hosts) == 0 || slices.Contains(c.scope.Hosts, host)) {
				out[host] = address
			}
		}
	}
	return out
}

func (c *collection) provider(ctx context.Context) {
	zones, err := c.from.Internet.Zones(ctx)
	if err != nil {
		c.fail(Provider, "", err)
		return
	}
	for _, z := range zones {
		if z.Records, err = c.from.Internet.Records(ctx, z.Name); err != nil {
			c.fail(Provider, z.Name, err)
		}
		c.keep(func(s *Snapshot) { s.Zones = append(s.Zones, z) })
	}
}

func (c *collection) lookup(ctx context.Context, host string) {
	var got Answers
	for at, into := range map[Server]*Answer{Authority: &got.Authority, Resolver: &got.Resolver} {
		answer, err := c.from.Internet.Lookup(ctx, at, host)
		if err != nil {
			c.fail(DNS, host, err)
			answer.Error = err.Error()
		}
		*into = answer
	}
	c.keep(func(s *Snapshot) {
		if s.DNS == nil {
			s.DNS = map[string]Answers{}
		}
		s.DNS[host] = got
	})
}

// probe asks on past a bad certificate: the report tells of it, and of the application behind it.
func (c *collection) probe(ctx context.Context, host, address string) {
	path := c.scope.Paths[host]
	if path == "" {
		path = "/"
	}
	patience := int(c.scope.Patience.Milliseconds())
	ask := func(req outside.Request) *outside.Report {
		req.TimeoutMillis, req.Insecure = patience, true
		report, err := c.from.Internet.Probe(ctx, req)
		if err != nil {
			c.fail(Probes, host, err)
			return nil
		}
		return &report
	}
	var got Probe
	got.HTTPS = ask(outside.Request{URL: "https://" + host + path})
	got.HTTP = ask(outside.Request{URL: "http://" + host + path})
	if address != "" {
		got.RawIP = ask(outside.Request{URL: "https://" + host + path, Address: address})
	}
	c.keep(func(s *Snapshot) {
		if s.Probes == nil {
			s.Probes = map[string]Probe{}
		}
		s.Probes[host] = got
	})
}
