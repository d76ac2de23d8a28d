package diagnose

import (
	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
)

// Syncer is external-dns as it runs, read once for a snapshot.
type Syncer struct {
	*Program

	Config externaldns.Config // zero when it does not run
	Syncs  externaldns.Log
	Marks  map[string][]Mark // ownership records by resource: "ingress/develop/frontend"
}

func newSyncer(x *Index) *Syncer {
	s := &Syncer{Program: x.ExternalDNS, Marks: map[string][]Mark{}, Syncs: externaldns.ReadLog(x.ExternalDNS.Log)}
	for _, list := range x.Records {
		for _, r := range list {
			if m, ok := ParseMark(r); ok {
				s.Marks[m.Resource] = append(s.Marks[m.Resource], m)
			}
		}
	}
	if s.Deployment != nil {
		s.Config, _ = externaldns.Read(s.Namespace, s.Spec.Template.Spec, x.environment)
	}
	return s
}

// Annotation is what an Ingress asks of external-dns, as far as this external-dns reads it.
func (s *Syncer) Annotation(i *edge.Route, key string) (string, bool) {
	return s.Config.Selection.Annotation(i.Annotations, key)
}

// Mark is an ownership record.
type Mark struct {
	externaldns.Ownership

	Record Record
}

// ParseMark reads an ownership record; false when the record is none.
func ParseMark(r Record) (Mark, bool) {
	if r.Type != "TXT" {
		return Mark{}, false
	}
	ownership, ok := externaldns.ParseOwnership(r.Content)
	return Mark{ownership, r}, ok
}
