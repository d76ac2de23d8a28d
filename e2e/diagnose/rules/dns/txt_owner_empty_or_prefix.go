package dns

import (
	"fmt"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const ownerOrPrefix diagnose.Code = "txt-owner-empty-or-prefix"

func ownerOrPrefixRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code: ownerOrPrefix,
		Meaning: "external-dns has no owner id, or looks for its ownership records under other names than those that it " +
			"wrote",
		Evidence: "`owner id cannot be empty`, or an ownership record of this owner and this Ingress whose name does not " +
			"match the current --txt-prefix and --txt-suffix",
		Remedy: "restore the owner id, prefix and suffix that the records were written with",
		Find:   findOwnerOrPrefix,
	}}
}

func findOwnerOrPrefix(r *diagnose.Route) []diagnose.Finding {
	s := r.Sync
	if !s.Runs() || !s.Config.OwnsByTXT() {
		return nil
	}
	if s.Config.OwnerID == "" {
		evidence := []diagnose.Evidence{diagnose.Fact(s.String(), "flag --txt-owner-id is empty")}
		if s.Syncs.Ended() == externaldns.NoOwner {
			evidence = append(evidence, diagnose.Logged(facts.ExternalDNS, *s.Syncs.Fatal))
		}
		return diagnose.One(
			s.String(),
			"external-dns has no owner id, and does not start without one",
			diagnose.Remedy{
				Text:    "set --txt-owner-id to the id in the ownership records",
				Command: addFlag(r, "", "--txt-owner-id="+formerOwner(r)).Command,
			},
			evidence...)
	}
	if r.Source == nil || len(r.Records) == 0 {
		return nil
	}
	if m, ok := strayMark(r); ok {
		return diagnose.One(
			s.String(),
			fmt.Sprintf(
				"external-dns does not find its own ownership record %s: prefix or suffix of the registry were changed",
				m.Record.Name,
			),
			diagnose.Remedy{Text: "restore --txt-prefix and --txt-suffix as they were when the records were written"},
			m.Record.Evidence(),
			diagnose.Fact(s.String(), "looks for %s", diagnose.List(s.Config.TXT.Names(r.Host, r.Records[0].Type))),
		)
	}
	return nil
}

// formerOwner is the owner that the marks of the route's Ingress name.
func formerOwner(r *diagnose.Route) string {
	for _, m := range r.Index.Marks[resource(r)] {
		if m.Owner != "" {
			return m.Owner
		}
	}
	return "OWNER_ID"
}

// strayMark is a mark that this owner wrote for this host, under a name that the registry does not give any more.
func strayMark(r *diagnose.Route) (diagnose.Mark, bool) {
	label, parent, _ := strings.Cut(r.Host, ".")
	for _, rec := range r.Records {
		if _, ok := markOf(r, r.Host, rec.Type); ok || rec.Type == "TXT" {
			return diagnose.Mark{}, false
		}
	}
	for _, m := range r.Index.Marks[resource(r)] {
		own, inZone := strings.CutSuffix(m.Record.Name, parent)
		if m.Owner == r.Sync.Config.OwnerID && inZone && strings.Contains(own, label) && !givenToday(r, m) {
			return m, true
		}
	}
	return diagnose.Mark{}, false
}

// givenToday reports whether a mark has a name that the registry gives today to a record of the Ingress, be that
// record written or not.
func givenToday(r *diagnose.Route, m diagnose.Mark) bool {
	for _, host := range r.Source.Hosts() {
		for _, kind := range []string{"A", "AAAA", "CNAME"} {
			for _, n := range r.Sync.Config.TXT.Names(host, kind) {
				if n == m.Record.Name {
					return true
				}
			}
		}
	}
	return false
}

// resource is how a mark names the route's object.
func resource(r *diagnose.Route) string {
	return externaldns.Resource(r.Target.Source())
}
