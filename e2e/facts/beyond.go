package facts

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"

	acme "github.com/cert-manager/cert-manager/pkg/apis/acme/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/edge/gateway"
	"github.com/edgeproof/edgeproof/e2e/edge/ingressclass"
	"github.com/edgeproof/edgeproof/e2e/edge/traefik"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

// errNoInternet is the error of parts outside the cluster when no client for the internet was given.
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
	for host, how := range c.hosts() {
		if c.s.Has(Domains) {
			out = append(out, func(ctx context.Context) { c.domain(ctx, climb, host) })
		}
		if c.s.Has(DNS) {
			out = append(out, func(ctx context.Context) { c.lookup(ctx, host, how.six) })
		}
		if c.s.Has(Probes) && (how.served || !how.named) {
			out = append(out, func(ctx context.Context) { c.probe(ctx, host, how) })
		}
	}
	return out
}

// asked is how a host is requested.
type asked struct {
	address string // the raw one of its ingress controller, "" when there is none
	path    string
	assumed bool     // the path was not given: it is the first path of the host's rules, or / when they match any
	paths   []string // further ones of the rules
	six     bool     // a route has an address of IPv6 for it
	named   bool     // an object has it
	served  bool     // and leads requests for it somewhere
}

// hosts returns the hosts to look up.
func (c *collection) hosts() map[string]*asked {
	name := c.scope.Controller
	if name == (types.NamespacedName{}) {
		name, _ = c.s.Controller()
	}
	controller := c.s.AddressOf(name)
	out := map[string]*asked{}
	at := func(host string) *asked {
		if out[host] == nil {
			out[host] = &asked{path: c.scope.Paths[host]}
		}
		return out[host]
	}
	for _, host := range c.scope.Hosts {
		at(host).address = controller
	}
	for i := range c.s.Ingresses {
		ingress := &c.s.Ingresses[i]
		another := ingressclass.OfAnother(ingress, c.s.IngressClasses, traefik.Controller)
		c.want(edge.FromIngress(ingress), controller, another, at)
	}
	world := c.s.Gateways()
	for _, route := range c.s.Routes(world) {
		if route.Kind != edge.Ingress {
			c.want(route, controller, route.OfGateway() && !ownGateway(world, route), at)
		}
	}
	for host, a := range out {
		a.path, a.assumed = cmp.Or(a.path, "/"), c.scope.Paths[host] == ""
		slices.Sort(a.paths)
		a.paths = slices.DeleteFunc(slices.Compact(a.paths), func(path string) bool { return path == a.path })
		a.paths = a.paths[:min(len(a.paths), maxPaths)]
	}
	return out
}

// want adds the hosts of a route. Its own address is used where another controller serves it, or the ingress
// controller's is not known.
func (c *collection) want(route *edge.Route, controller string, another bool, at func(string) *asked) {
	address, six := controller, reportsIPv6(route)
	if (address == "" || another) && len(route.Published) > 0 {
		if address = route.Published[0]; net.ParseIP(address) == nil {
			address = ""
		}
	}
	for _, host := range route.Hosts() {
		if strings.HasPrefix(host, "*") || len(c.scope.Hosts) > 0 && !slices.Contains(c.scope.Hosts, host) {
			continue
		}
		a := at(host)
		a.six = a.six || six
		if a.named = true; route.OnlyNames() {
			continue
		}
		a.served = true
		if a.address == "" || another {
			a.address = address
		}
		if c.scope.Paths[host] == "" && a.path != "/" {
			a.path = cmp.Or(pathOf(route, host), a.path)
		}
		if c.scope.Paths[host] == "" {
			a.paths = append(a.paths, pathsOf(route, host)...)
		}
	}
}

// ownGateway reports whether Traefik serves a Gateway that the route attaches to.
func ownGateway(w *gateway.World, route *edge.Route) bool {
	for _, g := range w.Route(route.Source).Gateways() {
		if class := w.Class(g); class != nil && class.Spec.ControllerName == traefik.GatewayController {
			return true
		}
	}
	return false
}

// pathOf is the first path of the rules that a route has for a host, "/" where they match any path, "" when
// none can be requested.
func pathOf(route *edge.Route, host string) string {
	paths := pathsOf(route, host)
	switch {
	case slices.Contains(paths, "/"):
		return "/"
	case len(paths) > 0:
		return paths[0]
	}
	return ""
}

// pathsOf are the paths of the rules that a route has for a host, without those that are patterns.
func pathsOf(route *edge.Route, host string) []string {
	var out []string
	for _, rule := range route.Rules {
		if !strings.EqualFold(rule.Host, host) {
			continue
		}
		for _, p := range rule.Paths {
			path := cmp.Or(p.Path, "/")
			if strings.HasPrefix(path, "/") && !strings.ContainsAny(path, "()[]*?+^$|\\ ") && !slices.Contains(out, path) {
				out = append(out, path)
			}
		}
	}
	return out
}

// reportsIPv6 reports whether a route has an address of IPv6 in its status, or published in place of that.
func reportsIPv6(route *edge.Route) bool {
	six := func(text string) bool {
		address, err := netip.ParseAddr(strings.TrimSpace(text))
		return err == nil && address.Is6()
	}
	if slices.ContainsFunc(route.Published, six) {
		return true
	}
	for key, value := range route.Annotations {
		if strings.HasSuffix(key, "/target") && slices.ContainsFunc(strings.Split(value, ","), six) {
			return true
		}
	}
	return false
}

// provider reads the zones with every credential that was tried, or with none when none was: one may see what
// another does not.
func (c *collection) provider(ctx context.Context) {
	with := slices.SortedFunc(slices.Values(c.credentials),
		func(a, b Credential) int { return cmp.Compare(a.Fingerprint(), b.Fingerprint()) })
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
	if len(refused) == len(with) { // what one credential may not see is recorded with that credential; see Tokens
		c.fail(Provider, "", refused[0])
	}
	for name, z := range unread {
		if !read[name] {
			c.keep(func(s *Snapshot) { s.Zones = append(s.Zones, z) })
		}
	}
}

// journal reads the newest entries of the fake internet's journal.
func (c *collection) journal(ctx context.Context) {
	entries, err := c.from.Internet.Journal(ctx, c.s.Time.Add(-c.scope.Since), maxEntries)
	if err != nil {
		c.fail(Journal, "", err)
		return
	}
	c.keep(func(s *Snapshot) { s.Journal = entries })
}

// lookup queries AAAA records where there is no A record, or where an IPv6 address is to be expected.
func (c *collection) lookup(ctx context.Context, host string, six bool) {
	var got Answers
	for at, into := range map[Server]*Answer{Authority: &got.Authority, Resolver: &got.Resolver} {
		answer, err := c.from.Internet.Lookup(ctx, at, host, "A")
		if err == nil && answer.Rcode == "NOERROR" && (len(answer.Addresses) == 0 || six) {
			var more Answer
			more, err = c.from.Internet.Lookup(ctx, at, host, "AAAA")
			if len(answer.Addresses) == 0 && len(more.Addresses) > 0 {
				answer.TTL = more.TTL
			}
			answer.Addresses = append(answer.Addresses, more.Addresses...)
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

// probe continues past a bad certificate: the report contains both the certificate's error and the
// application's answer.
func (c *collection) probe(ctx context.Context, host string, how *asked) {
	patience := int(c.scope.Patience.Milliseconds())
	ask := func(req probe.Request) *probe.Report {
		req.TimeoutMillis, req.Insecure = patience, true
		report, err := c.from.Internet.Probe(ctx, req)
		if err != nil {
			c.fail(Probes, host, err)
			return nil
		}
		return &report
	}
	got := Probe{Assumed: how.assumed}
	var asking sync.WaitGroup
	asking.Go(func() { got.HTTPS = ask(probe.Request{URL: "https://" + host + how.path}) })
	asking.Go(func() { got.HTTP = ask(probe.Request{URL: "http://" + host + how.path}) })
	if how.address != "" {
		asking.Go(func() { got.RawIP = ask(probe.Request{URL: "https://" + host + how.path, Address: how.address}) })
		asking.Go(func() { got.RawHTTP = ask(probe.Request{URL: "http://" + host + how.path, Address: how.address}) })
	}
	if url := c.proofURL(host); url != "" {
		asking.Go(func() { got.Proof = ask(probe.Request{URL: url, Follow: maxRedirects}) })
	}
	got.Paths = make([]*probe.Report, len(how.paths))
	for n, path := range how.paths {
		asking.Go(func() { got.Paths[n] = ask(probe.Request{URL: "https://" + host + path}) })
	}
	asking.Wait()
	addresses := several(got.HTTPS)
	got.Each = make([]*probe.Report, len(addresses))
	for n, address := range addresses {
		asking.Go(func() { got.Each[n] = ask(probe.Request{URL: "https://" + host + how.path, Address: address}) })
	}
	asking.Wait()
	unasked := func(rep *probe.Report) bool { return rep == nil }
	got.Each, got.Paths = slices.DeleteFunc(got.Each, unasked), slices.DeleteFunc(got.Paths, unasked)
	c.keep(func(s *Snapshot) {
		if s.Probes == nil {
			s.Probes = map[string]Probe{}
		}
		s.Probes[host] = got
	})
}

// several are the addresses that a name has, when it has more than one, the first of them.
func several(rep *probe.Report) []string {
	if rep == nil || rep.Resolve == nil || len(rep.Resolve.Records) < 2 {
		return nil
	}
	var out []string
	for _, record := range rep.Resolve.Records {
		if !slices.Contains(out, record.Address) && len(out) < maxAddresses {
			out = append(out, record.Address)
		}
	}
	return out
}

// maxAddresses and maxPaths bound what is asked of one host beside the usual requests.
const maxAddresses, maxPaths = 6, 4

// maxRedirects is how many redirects a CA follows at least.
const maxRedirects = 3

// proofURL is where a CA looks for the answer to a pending HTTP-01 challenge of the host, "" for none.
func (c *collection) proofURL(host string) string {
	for i := range c.s.Challenges {
		ch := &c.s.Challenges[i]
		if ch.Spec.Type == acme.ACMEChallengeTypeHTTP01 && ch.Spec.DNSName == host && ch.Spec.Token != "" &&
			ch.DeletionTimestamp == nil && ch.Status.State == acme.Pending {
			return "http://" + host + "/.well-known/acme-challenge/" + ch.Spec.Token
		}
	}
	return ""
}
