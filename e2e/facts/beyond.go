package facts

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"sync"

	networking "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/edgeproof/edgeproof/mocks/outside"
)

// errNoInternet is what parts outside the cluster say when nobody can ask there.
var errNoInternet = errors.New("no client on the internet was given")

// maxEntries bounds the journal of one snapshot.
const maxEntries = 2000

// beyond lists the tasks that look past the objects: provider, DNS, probes and logs.
func (c *collection) beyond() []task {
	var out []task
	if c.s.Has(Logs) {
		out = append(out, c.logs()...)
	}
	if c.from.Internet == nil {
		for _, p := range []Part{Tokens, Provider, DNS, Domains, Probes} {
			if c.s.Has(p) {
				c.fail(p, "", errNoInternet)
			}
		}
		return out
	}
	if c.s.Has(Provider) {
		out = append(out, c.provider)
	}
	if c.s.Has(Journal) {
		out = append(out, c.journal)
	}
	climb := newClimb(c.from.Internet)
	for host, address := range c.hosts() {
		if c.s.Has(Domains) {
			out = append(out, func(ctx context.Context) { c.domain(ctx, climb, host) })
		}
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
	name := c.scope.Controller
	if name == (types.NamespacedName{}) {
		name, _ = c.s.Controller()
	}
	controller := c.s.AddressOf(name)
	out := map[string]string{}
	for _, host := range c.scope.Hosts {
		out[host] = controller
	}
	for i := range c.s.Ingresses {
		ingress := &c.s.Ingresses[i]
		address, another := controller, c.ofAnother(ingress)
		if lb := ingress.Status.LoadBalancer.Ingress; (address == "" || another) && len(lb) > 0 {
			address = lb[0].IP
		}
		for _, host := range HostsOf(ingress) {
			if !strings.HasPrefix(host, "*") && (out[host] == "" || another) && (len(c.scope.Hosts) == 0 || slices.Contains(c.scope.Hosts, host)) {
				out[host] = address
			}
		}
	}
	return out
}

// ofAnother reports whether an Ingress is of the class of a controller that is not Traefik.
func (c *collection) ofAnother(ingress *networking.Ingress) bool {
	return ingress.Spec.IngressClassName != nil && slices.ContainsFunc(c.s.IngressClasses, func(class networking.IngressClass) bool {
		return class.Name == *ingress.Spec.IngressClassName && class.Spec.Controller != "traefik.io/ingress-controller"
	})
}

// provider reads the zones with every credential that was tried, or with none when none was: one may see what another does not.
func (c *collection) provider(ctx context.Context) {
	with := slices.SortedFunc(slices.Values(c.credentials), func(a, b Credential) int { return cmp.Compare(a.Fingerprint(), b.Fingerprint()) })
	if len(with) == 0 {
		with = []Credential{{}}
	}
	var refused []error
	read, unread := map[string]bool{}, map[string]Zone{}
	for _, credential := range with {
		zones, err := c.from.Internet.Zones(ctx, credential)
		if err != nil {
			refused = append(refused, err)
			continue
		}
		before := maps.Clone(read) // two zones of one name in one answer are a fact
		for _, z := range zones {
			if before[z.Name] {
				continue
			}
			if z.Records, err = c.from.Internet.Records(ctx, credential, z.Name); err != nil {
				c.fail(Provider, z.Name, err)
				unread[z.Name] = z
				continue
			}
			read[z.Name] = true
			c.keep(func(s *Snapshot) { s.Zones = append(s.Zones, z) })
		}
	}
	if len(refused) == len(with) { // what one credential may not see is told with that; see Tokens
		c.fail(Provider, "", refused[0])
	}
	for name, z := range unread {
		if !read[name] {
			c.keep(func(s *Snapshot) { s.Zones = append(s.Zones, z) })
		}
	}
}

// journal reads the newest of what the world outside saw.
func (c *collection) journal(ctx context.Context) {
	entries, err := c.from.Internet.Journal(ctx, c.s.Time.Add(-c.scope.Since), maxEntries)
	if err != nil {
		c.fail(Journal, "", err)
		return
	}
	c.keep(func(s *Snapshot) { s.Journal = entries })
}

func (c *collection) lookup(ctx context.Context, host string) {
	var got Answers
	for at, into := range map[Server]*Answer{Authority: &got.Authority, Resolver: &got.Resolver} {
		answer, err := c.from.Internet.Lookup(ctx, at, host, "A")
		if err == nil && answer.Rcode == "NOERROR" && (len(answer.Addresses) == 0 || c.reportsIPv6(host)) {
			var six Answer
			six, err = c.from.Internet.Lookup(ctx, at, host, "AAAA")
			answer.Addresses = append(answer.Addresses, six.Addresses...)
			if len(answer.Addresses) == len(six.Addresses) {
				answer.TTL = six.TTL
			}
		}
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

// reportsIPv6 reports whether an Ingress of the host has an address of IPv6 in its status, or published in place of that.
func (c *collection) reportsIPv6(host string) bool {
	six := func(text string) bool {
		address, err := netip.ParseAddr(strings.TrimSpace(text))
		return err == nil && address.Is6()
	}
	for i := range c.s.Ingresses {
		ingress := &c.s.Ingresses[i]
		if !slices.Contains(HostsOf(ingress), host) {
			continue
		}
		for _, at := range ingress.Status.LoadBalancer.Ingress {
			if six(at.IP) {
				return true
			}
		}
		for key, value := range ingress.Annotations {
			if strings.HasSuffix(key, "/target") && slices.ContainsFunc(strings.Split(value, ","), six) {
				return true
			}
		}
	}
	return false
}

// path is where a host is asked, and whether nobody said so: it is then the first path of its rules, unless they take up any.
func (c *collection) path(host string) (path string, assumed bool) {
	if path = c.scope.Paths[host]; path != "" {
		return path, false
	}
	for i := range c.s.Ingresses {
		for _, rule := range c.s.Ingresses[i].Spec.Rules {
			if !strings.EqualFold(rule.Host, host) || rule.HTTP == nil {
				continue
			}
			for _, p := range rule.HTTP.Paths {
				if p.Path == "" || p.Path == "/" {
					return "/", true
				}
				if path == "" && strings.HasPrefix(p.Path, "/") && !strings.ContainsAny(p.Path, "()[]*?+^$|\\ ") {
					path = p.Path
				}
			}
		}
	}
	return cmp.Or(path, "/"), true
}

// probe asks on past a bad certificate: the report tells of it, and of the application behind it.
func (c *collection) probe(ctx context.Context, host, address string) {
	path, assumed := c.path(host)
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
	got := Probe{Assumed: assumed}
	var asking sync.WaitGroup
	asking.Go(func() { got.HTTPS = ask(outside.Request{URL: "https://" + host + path}) })
	asking.Go(func() { got.HTTP = ask(outside.Request{URL: "http://" + host + path}) })
	if address != "" {
		asking.Go(func() { got.RawIP = ask(outside.Request{URL: "https://" + host + path, Address: address}) })
		asking.Go(func() { got.RawHTTP = ask(outside.Request{URL: "http://" + host + path, Address: address}) })
	}
	asking.Wait()
	c.keep(func(s *Snapshot) {
		if s.Probes == nil {
			s.Probes = map[string]Probe{}
		}
		s.Probes[host] = got
	})
}
