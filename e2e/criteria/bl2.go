package criteria

import (
	"cmp"
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
)

func bl2() Criterion {
	return Criterion{
		ID: "BL-2", Text: "external-dns runs in namespace cert-manager and syncs records of the target domain",
		Check: syncsDomain, Needs: []facts.Part{facts.Deployments, facts.Provider},
		Waits: ForRecords, Shown: BySyncs,
	}
}

// syncsDomain judges that external-dns runs where it should, is set up to sync the domain, and its records are there.
func syncsDomain(v View) judge.Judgement {
	var j judge.Judgement
	s, t := v.Facts, v.Target
	d := deploymentOf(&j, s, facts.ExternalDNS, t.NamespaceOf(facts.ExternalDNS))
	if d == nil {
		return j
	}
	name := d.Namespace + "/" + d.Name
	config := configOf(s, d)
	for _, object := range config.Unread {
		j.Lacks("Deployment %s: takes settings from %s, which could not be read", name, object)
	}
	if config.Provider != t.Provider {
		j.Never("Deployment %s: --provider is %s, not %s", name, cmp.Or(config.Provider, "none"), t.Provider)
	}
	if !config.HasSource("ingress") {
		j.Never("Deployment %s: --source is %s: it does not read Ingresses", name, orNone(config.Sources))
	}
	for _, zone := range t.Zones {
		if !config.Filter.Matches(zone) {
			j.Never("Deployment %s: %s: %s is not synced", name, strings.Join(config.FilterFlags(), ", "), zone)
		}
	}
	if !config.OwnsByTXT() {
		j.Never("Deployment %s: --registry is %s: its records bear no owner", name, config.Registry)
	}
	recordsSynced(&j, s, t, config)
	if len(j.Reasons) == 0 {
		j.Saw("Deployment %s: syncs %s as owner %s", name, strings.Join(t.Zones, ", "), t.Owner())
	}
	return j
}

func recordsSynced(j *judge.Judgement, s *facts.Snapshot, t judge.Target, config externaldns.Config) {
	for _, host := range t.Hosts() {
		records := slices.DeleteFunc(s.RecordsOf(host), func(r facts.Record) bool { return !isAddress(r.Type) })
		if len(records) == 0 {
			noRecord(j, t, "record "+host, host)
			continue
		}
		owner, ok := ownerOf(s, config, host, records[0].Type)
		switch {
		case !ok:
			j.Lacks("record %s: is not external-dns's: it has no owner", host)
		case owner.Owner != t.Owner():
			j.Never("record %s: belongs to owner %q, not to %q", host, owner.Owner, t.Owner())
		default:
			j.Saw("record %s %s %s: owned by %s", host, records[0].Type, records[0].Content, owner.Owner)
		}
	}
}
