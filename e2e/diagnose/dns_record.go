package diagnose

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	networking "k8s.io/api/networking/v1"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

// naming compares what external-dns is to publish for a host with what the provider holds.
type naming struct {
	wanted []string // addresses or names; empty when the Ingress has none
	held   []record // A, AAAA and CNAME of the host
	state  recordState
}

// recordState says how the record of a host stands to what is wanted.
type recordState int

const (
	unseen recordState = iota // the provider was not asked, has no such zone, or nothing is wanted
	right
	wrong
	absent
)

// naming compares for this route, once. A record that is proxied is compared by its content, never by the answers.
func (r *route) naming() naming {
	if r.compared == nil {
		n := r.compare()
		r.compared = &n
	}
	return *r.compared
}

func (r *route) compare() naming {
	out := naming{wanted: r.wanted(), held: make([]record, 0, len(r.records))}
	for _, rec := range r.records {
		if rec.Type == "A" || rec.Type == "AAAA" || rec.Type == "CNAME" {
			out.held = append(out.held, rec)
		}
	}
	switch {
	case len(out.wanted) > 0 && !r.looked(facts.Provider, "") && r.answered(out.wanted):
		out.state = right // as far as the world can see
	case r.zone == nil || len(out.wanted) == 0 || !r.looked(facts.Provider, r.zone.Name):
	case len(out.held) > 0:
		if out.state = wrong; sameSet(out.wanted, contents(out.held)) {
			out.state = right
		}
	case r.answered(out.wanted):
		out.state = right // by a wildcard record
	default:
		out.state = absent
	}
	return out
}

// answered reports whether the name servers of the zone give the wanted addresses.
func (r *route) answered(wanted []string) bool {
	return r.asked && len(r.answers.Authority.Addresses) > 0 && sameSet(wanted, r.answers.Authority.Addresses)
}

// wanted are the targets that external-dns is to publish for the host: those of the annotation, or of the Ingress's status; since 0.21
// those of all Ingresses of the host together (#6479).
func (r *route) wanted() []string {
	if r.ingress == nil {
		return nil
	}
	out := r.targetsOf(r.ingress)
	if r.sync.before(0, 21) {
		return out
	}
	for _, other := range r.byHost[r.Host] {
		if other != r.ingress {
			for _, t := range r.targetsOf(other) {
				if !slices.Contains(out, t) {
					out = append(slices.Clip(out), t)
				}
			}
		}
	}
	return out
}

func (r *route) targetsOf(i *networking.Ingress) []string {
	if text, ok := r.sync.annotation(i, "target"); ok {
		var out []string
		for t := range strings.SplitSeq(text, ",") {
			if t = strings.TrimSuffix(strings.TrimSpace(t), "."); t != "" {
				out = append(out, t)
			}
		}
		return out
	}
	if i == r.ingress {
		return r.published
	}
	return addressesOf(i.Status.LoadBalancer.Ingress, func(l networking.IngressLoadBalancerIngress) (string, string) { return l.IP, l.Hostname })
}

// toBeProxied is whether external-dns is to proxy the host's record, and what says so.
func (r *route) toBeProxied() (bool, string) {
	if r.ingress != nil {
		if text, ok := r.sync.annotation(r.ingress, "cloudflare-proxied"); ok {
			wanted, _ := strconv.ParseBool(text) // as external-dns reads it
			return wanted, fmt.Sprintf("annotation %scloudflare-proxied: %q", r.sync.prefix, text)
		}
	}
	if r.sync.proxied {
		return true, "flag --cloudflare-proxied"
	}
	return false, "no annotation and no flag ask for the proxy"
}

// unexplained reports whether nobody has explained yet why a layer does not work.
func (r *route) unexplained(l Layer) bool {
	return !r.broken(l) && r.blocker(l) == "" && r.first(wait, l) == ""
}

func (r record) String() string { return "record " + r.Name + " " + r.Type }

// evidence is the record as the provider holds it.
func (r record) evidence() Evidence {
	text := "content " + r.Content
	if r.Proxied {
		text += ", proxied"
	}
	if !r.Created.IsZero() {
		text += ", created " + stamp(r.Created)
	}
	if r.Modified.After(r.Created) {
		text += ", modified " + stamp(r.Modified)
	}
	return says(r.String(), "%s", text)
}

// recordName names the records of the host, or those that are wanted.
func (r *route) recordName(n naming) string {
	if len(n.held) > 0 {
		return n.held[0].String()
	}
	return "record " + r.Host + " " + typeOf(n.wanted)
}

func typeOf(targets []string) string {
	if len(targets) > 0 {
		switch addr, err := netip.ParseAddr(targets[0]); {
		case err != nil:
			return "CNAME"
		case addr.Is6():
			return "AAAA"
		}
	}
	return "A"
}

func contents(records []record) []string {
	out := make([]string, 0, len(records))
	for _, r := range records {
		out = append(out, strings.ToLower(strings.TrimSuffix(r.Content, ".")))
	}
	return out
}

// sameSet compares without regard to order and doubles.
func sameSet(a, b []string) bool {
	in := func(list []string) func(string) bool {
		return func(s string) bool {
			return slices.ContainsFunc(list, func(o string) bool { return strings.EqualFold(o, s) })
		}
	}
	return len(a) > 0 && len(b) > 0 && !slices.ContainsFunc(a, func(s string) bool { return !in(b)(s) }) && !slices.ContainsFunc(b, func(s string) bool { return !in(a)(s) })
}
