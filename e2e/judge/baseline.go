package judge

import (
	"cmp"
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
	"github.com/edgeproof/edgeproof/e2e/edge/ingressclass"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

// controlledByTraefik judges BL-1: Traefik runs, its class is there, and the Ingresses use it.
func controlledByTraefik(s *facts.Snapshot, t Target) Judgement {
	j := each(s, t, func(j *Judgement, r Route, i *edge.Route) {
		name := classOf(s, i)
		class := ingressclass.Find(s.IngressClasses, name)
		switch {
		case name == "":
			j.never("Ingress %s: names no class, and no IngressClass is the default: no controller takes it", r.Ingress)
		case class == nil:
			j.lacks("IngressClass %s: not found; Ingress %s names it", name, r.Ingress)
		case class.Spec.Controller != t.ControllerName:
			j.never("IngressClass %s: belongs to %s; Ingress %s needs one of %s", name, class.Spec.Controller, r.Ingress,
				t.ControllerName)
		default:
			j.saw("Ingress %s: class %s of %s", r.Ingress, name, class.Spec.Controller)
		}
	})
	d := deploymentOf(&j, s, facts.Traefik, t.Controller.Namespace)
	if d == nil {
		return j
	}
	before := len(j.Reasons)
	available(&j, d)
	if len(j.Reasons) == before {
		j.saw("Deployment %s/%s: %d of %d pods available", d.Namespace, d.Name, d.Status.AvailableReplicas, replicas(d))
	}
	return j
}

// classOf is the class of a route: that which it names, or the cluster's default.
func classOf(s *facts.Snapshot, i *edge.Route) string {
	if i.Class.Class != "" {
		return i.Class.Class
	}
	if class := ingressclass.Default(s.IngressClasses); class != nil {
		return class.Name
	}
	return ""
}

// syncsDomain judges BL-2: external-dns runs where it should, is set up to sync the domain, and its records are there.
func syncsDomain(s *facts.Snapshot, t Target) Judgement {
	var j Judgement
	d := deploymentOf(&j, s, facts.ExternalDNS, t.Namespace)
	if d == nil {
		return j
	}
	name := d.Namespace + "/" + d.Name
	config := configOf(s, d)
	for _, object := range config.Unread {
		j.lacks("Deployment %s: takes settings from %s, which could not be read", name, object)
	}
	if config.Provider != t.Provider {
		j.never("Deployment %s: --provider is %s, not %s", name, cmp.Or(config.Provider, "none"), t.Provider)
	}
	if !config.HasSource("ingress") {
		j.never("Deployment %s: --source is %s: it does not read Ingresses", name, orNone(config.Sources))
	}
	for _, zone := range t.Zones {
		if !config.Filter.Matches(zone) {
			j.never("Deployment %s: %s: %s is not synced", name, strings.Join(config.FilterFlags(), ", "), zone)
		}
	}
	if !config.OwnsByTXT() {
		j.never("Deployment %s: --registry is %s: its records bear no owner", name, config.Registry)
	}
	recordsSynced(&j, s, t, config)
	if len(j.Reasons) == 0 {
		j.saw("Deployment %s: syncs %s as owner %s", name, strings.Join(t.Zones, ", "), t.Owner())
	}
	return j
}

func recordsSynced(j *Judgement, s *facts.Snapshot, t Target, config externaldns.Config) {
	for _, host := range t.Hosts() {
		records := slices.DeleteFunc(s.RecordsOf(host), func(r facts.Record) bool { return !isAddress(r.Type) })
		if len(records) == 0 {
			j.lacks("record %s: not at the provider yet", host)
			continue
		}
		owner, ok := ownerOf(s, config, host, records[0].Type)
		switch {
		case !ok:
			j.lacks("record %s: is not external-dns's: it has no owner", host)
		case owner.Owner != t.Owner():
			j.never("record %s: belongs to owner %q, not to %q", host, owner.Owner, t.Owner())
		default:
			j.saw("record %s %s %s: owned by %s", host, records[0].Type, records[0].Content, owner.Owner)
		}
	}
}
