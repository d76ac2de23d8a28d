package dns

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

// comparison is what external-dns is to publish for a host, beside what the provider holds.
type comparison struct {
	wanted []string          // addresses or names; empty when the Ingress has none
	held   []diagnose.Record // A, AAAA and CNAME of the host
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
func naming(r *diagnose.Route) comparison {
	return diagnose.Once(r, func(r *diagnose.Route) comparison { return compare(r) })
}

func compare(r *diagnose.Route) comparison {
	out := comparison{wanted: wanted(r), held: make([]diagnose.Record, 0, len(r.Records))}
	for _, rec := range r.Records {
		if rec.HoldsAddress() {
			out.held = append(out.held, rec)
		}
	}
	switch {
	case len(out.wanted) > 0 && !r.Index.Looked(facts.Provider, "") && answered(r, out.wanted):
		out.state = right // as far as the world can see
	case r.Zone == nil || len(out.wanted) == 0 || !r.Index.Looked(facts.Provider, r.Zone.Name):
	case len(out.held) > 0:
		if out.state = wrong; sameSet(out.wanted, contents(out.held)) {
			out.state = right
		}
	case answered(r, out.wanted):
		out.state = right // by a wildcard record
	default:
		out.state = absent
	}
	return out
}

// answered reports whether the name servers of the zone give the wanted addresses.
func answered(r *diagnose.Route, wanted []string) bool {
	return r.Asked && len(r.Answers.Authority.Addresses) > 0 && sameSet(wanted, r.Answers.Authority.Addresses)
}

// wanted are the targets that external-dns is to publish for the host: those of the annotation, or of the Ingress's
// status; since 0.21 those of all Ingresses of the host together (#6479).
func wanted(r *diagnose.Route) []string {
	if r.Source == nil {
		return nil
	}
	out := targetsOf(r, r.Source)
	if r.Sync.Before(0, 21) && (len(out) > 0 || r.Source.Kind == edge.Ingress) {
		return out
	}
	for _, other := range r.Index.ByHost[r.Host] {
		if other != r.Source {
			for _, t := range targetsOf(r, other) {
				if !slices.Contains(out, t) {
					out = append(slices.Clip(out), t)
				}
			}
		}
	}
	if len(out) == 0 && r.Source.Kind != edge.Ingress {
		return given(r)
	}
	return out
}

func targetsOf(r *diagnose.Route, i *edge.Route) []string {
	if targets, ok := r.Sync.Config.Selection.Targets(i.Asks()); ok {
		return targets
	}
	return i.PublishedFor(r.Host)
}

// recordName names the records of the host, or those that are wanted.
func recordName(r *diagnose.Route, n comparison) string {
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

func contents(records []diagnose.Record) []string {
	out := make([]string, 0, len(records))
	for _, r := range records {
		out = append(out, strings.ToLower(strings.TrimSuffix(r.Content, ".")))
	}
	return out
}

// sameSet compares without regard to order, doubles and case. The lists are short and compared for every route, so it
// allocates no sets.
func sameSet(a, b []string) bool {
	in := func(list []string) func(string) bool {
		return func(s string) bool {
			return slices.ContainsFunc(list, func(o string) bool { return strings.EqualFold(o, s) })
		}
	}
	return len(a) > 0 && len(b) > 0 && !slices.ContainsFunc(a, func(s string) bool { return !in(b)(s) }) &&
		!slices.ContainsFunc(b, func(s string) bool { return !in(a)(s) })
}
