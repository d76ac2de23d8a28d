package diagnose

import (
	"slices"

	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
)

// Syncer is one external-dns as it runs, read once for a snapshot.
type Syncer struct {
	*Program

	Config externaldns.Config // zero when it does not run
	Syncs  externaldns.Log
	Signs  []Sign // what it logged of the provider's API since its last good sync
}

func newSyncer(x *Index, p *Program) *Syncer {
	s := &Syncer{Program: p, Syncs: externaldns.ReadLog(p.Log)}
	if s.Runs() {
		s.Config, _ = externaldns.Read(s.Namespace, s.Template.Spec, x.environment)
	}
	s.Signs = signsOf(s.Syncs, p.String())
	return s
}

// Annotation is what an Ingress asks of external-dns, as far as this external-dns reads it.
func (s *Syncer) Annotation(i *edge.Route, key string) (string, bool) {
	return s.Config.Selection.Annotation(i.Annotations, key)
}

// takes reports whether the external-dns looks at a route and at a host of a zone.
func (s *Syncer) takes(i *edge.Route, host, zone string) bool {
	return s.Runs() && s.Config.Selection.Excludes(i) == "" && s.Config.Selection.LeftTo(i.Annotations) == "" &&
		s.Config.Selection.HostNotRead(i, host) == "" &&
		s.filters(host, zone)
}

func (s *Syncer) filters(host, zone string) bool {
	return s.Config.Filter.Matches(host) && (zone == "" || s.Config.Filter.Matches(zone))
}

// atCloudflare is the provider whose records the facts hold.
const atCloudflare = "cloudflare"

// syncerOf chooses among several external-dns the one that publishes a host: the one that takes the route and the
// host, at Cloudflare rather than elsewhere, or that owns the record that is there. Where none takes it, it is the one
// that owns the record, or whose domains the host is of: what it lacks can then be said.
func (x *Index) syncerOf(r *Route) *Syncer {
	if len(x.Syncers) == 1 || r.Source == nil {
		return x.Syncers[0]
	}
	score := func(s *Syncer) int {
		out := 0
		for n, is := range []bool{
			s.Available(), s.owns(x, r.Host), s.filters(r.Host, r.ZoneName()),
			s.Config.Provider == atCloudflare, s.takes(r.Source, r.Host, r.ZoneName()),
		} {
			if is {
				out |= 1 << n
			}
		}
		return out
	}
	return slices.MaxFunc(x.Syncers, func(a, b *Syncer) int { return score(a) - score(b) })
}

// owns reports whether an ownership record beside the host's names this owner.
func (s *Syncer) owns(x *Index, host string) bool {
	if !s.Runs() {
		return false
	}
	for _, kind := range []string{"A", "AAAA", "CNAME"} {
		for _, name := range s.Config.TXT.Names(host, kind) {
			for _, rec := range x.Records[name] {
				if m, ok := ParseMark(rec); ok && m.Owner == s.Config.OwnerID {
					return true
				}
			}
		}
	}
	return false
}

// Mark is an ownership record.
type Mark struct {
	externaldns.Ownership

	Record Record
}

// marks are the ownership records by resource: "ingress/develop/frontend".
func (x *Index) marks() map[string][]Mark {
	out := map[string][]Mark{}
	for _, list := range x.Records {
		for _, r := range list {
			if m, ok := ParseMark(r); ok {
				out[m.Resource] = append(out[m.Resource], m)
			}
		}
	}
	return out
}

// ParseMark reads an ownership record; false when the record is none.
func ParseMark(r Record) (Mark, bool) {
	if r.Type != "TXT" {
		return Mark{}, false
	}
	ownership, ok := externaldns.ParseOwnership(r.Content)
	return Mark{ownership, r}, ok
}
