package diagnose

import (
	"slices"
	"strings"
	"time"

	cm1 "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	apps1 "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/edgeproof/edgeproof/e2e/edge/argocd"
	"github.com/edgeproof/edgeproof/e2e/edge/flux"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

// Deliveries finds what delivers an object, and what it reports.
type Deliveries struct {
	*facts.Delivered

	// Stops are where deliveries by Flux end.
	Stops []flux.Stop

	byLabel  map[string]flux.Ref       // owners by "Kind namespace/name", by the object's labels
	byList   map[string]flux.Ref       // the same by inventories
	apps     map[string]*argocd.App    // Argo CD's, by "Kind namespace/name" of what they deliver
	there    map[string]bool           // objects of the kinds that are collected
	collects map[string]bool           // those kinds
	changes  map[string][]facts.Change // by hand
}

func newDeliveries(x *Index) *Deliveries {
	d := &Deliveries{
		Delivered: &x.Snapshot.Delivered, byLabel: map[string]flux.Ref{}, byList: map[string]flux.Ref{},
		apps: map[string]*argocd.App{}, there: map[string]bool{}, collects: map[string]bool{},
		changes: map[string][]facts.Change{},
	}
	if d.Empty() {
		return d
	}
	d.Stops = d.Flux.Stops()
	for i := range d.Flux {
		for _, a := range d.Flux[i].Inventory {
			d.byList[Object(a.Kind, a.Namespace, a.Name)] = d.Flux[i].Ref
		}
	}
	for i := range d.Applications {
		for _, o := range d.Applications[i].Differing {
			d.apps[Object(o.Kind, o.Namespace, o.Name)] = &d.Applications[i]
		}
	}
	for _, c := range d.Changes {
		d.changes[c.Object] = append(d.changes[c.Object], c)
	}
	d.labeled(x)
	return d
}

// labeled notes the owners of the objects of the edge.
func (d *Deliveries) labeled(x *Index) {
	apps := map[string]*argocd.App{}
	for i := range d.Applications {
		a := &d.Applications[i]
		apps[a.Name], apps[a.Namespace+"_"+a.Name] = a, a
	}
	note := func(kind string, m *meta.ObjectMeta) {
		name := Object(kind, m.Namespace, m.Name)
		d.there[name], d.collects[kind] = true, true
		if ref, ok := flux.OwnerOf(m); ok {
			d.byLabel[name] = ref
		}
		if owner, ok := argocd.OwnerOf(m); ok && apps[owner] != nil {
			d.apps[name] = apps[owner]
		}
	}
	s := x.Snapshot
	each(note, "Namespace", s.Namespaces, func(o *core.Namespace) *meta.ObjectMeta { return &o.ObjectMeta })
	each(note, "Deployment", s.Deployments, func(o *apps1.Deployment) *meta.ObjectMeta { return &o.ObjectMeta })
	each(note, "DaemonSet", s.DaemonSets, func(o *apps1.DaemonSet) *meta.ObjectMeta { return &o.ObjectMeta })
	each(note, "Service", s.Services, func(o *core.Service) *meta.ObjectMeta { return &o.ObjectMeta })
	each(note, "IngressClass", s.IngressClasses,
		func(o *networking.IngressClass) *meta.ObjectMeta { return &o.ObjectMeta })
	each(note, "Secret", s.Secrets, func(o *facts.Secret) *meta.ObjectMeta { return &o.ObjectMeta })
	each(note, "ClusterIssuer", s.ClusterIssuers, func(o *cm1.ClusterIssuer) *meta.ObjectMeta { return &o.ObjectMeta })
	each(note, "Issuer", s.Issuers, func(o *cm1.Issuer) *meta.ObjectMeta { return &o.ObjectMeta })
	each(note, "Certificate", s.Certificates, func(o *cm1.Certificate) *meta.ObjectMeta { return &o.ObjectMeta })
	for part, kind := range map[facts.Part]string{
		facts.Namespaces: "Namespace", facts.Deployments: "Deployment", facts.Services: "Service", facts.Secrets: "Secret",
		facts.ClusterIssuers: "ClusterIssuer", facts.Issuers: "Issuer", facts.Certificates: "Certificate",
		facts.Ingresses: "Ingress", facts.IngressClasses: "IngressClass",
	} {
		d.collects[kind] = x.Looked(part, "")
	}
	for _, o := range x.Routes {
		note(o.Kind, &meta.ObjectMeta{
			Namespace: o.Namespace, Name: o.Name, Labels: o.Labels, Annotations: o.Annotations,
		})
	}
}

func each[T any](note func(string, *meta.ObjectMeta), kind string, list []T, of func(*T) *meta.ObjectMeta) {
	for i := range list {
		note(kind, of(&list[i]))
	}
}

// Owner is the object of Flux that delivers an object, by its labels or by an inventory.
func (d *Deliveries) Owner(object string) (flux.Ref, bool) {
	if ref, ok := d.byLabel[object]; ok {
		return ref, true
	}
	ref, ok := d.byList[object]
	return ref, ok
}

// Application is that of Argo CD that delivers an object, nil for none.
func (d *Deliveries) Application(object string) *argocd.App { return d.apps[object] }

// Changed lists what people changed in an object that an engine delivers.
func (d *Deliveries) Changed(object string) []facts.Change { return d.changes[object] }

// Collects reports whether all objects of a kind were looked at.
func (d *Deliveries) Collects(kind string) bool { return d.collects[kind] }

// There reports whether an object, of a kind that is collected, is in the cluster.
func (d *Deliveries) There(object string) bool { return d.there[object] }

// Trouble is something that does not work for a route: a cause that a rule of another layer found, or a layer that
// does not work for no reason that a rule knows. Object is then "" and Code Unattributed.
type Trouble struct {
	Finding

	at int // place among the findings, -1 for none
}

// Troubles lists what does not work in other layers than one.
func (r *Route) Troubles(of Layer) []Trouble {
	var out []Trouble
	for i := range r.findings {
		if f := &r.findings[i]; f.kind == Cause && f.Layer != of {
			out = append(out, Trouble{f.Finding, i})
		}
	}
	for i := range r.sections {
		s := &r.sections[i]
		if s.Layer == of || slices.ContainsFunc(r.findings, func(f found) bool {
			return (f.kind == Cause || f.kind == Wait) && (f.Layer == s.Layer || slices.Contains(f.blocks, s.Layer))
		}) {
			continue
		}
		if state, seen := s.Works(r); state != Clear && state != Unknown {
			out = append(out, Trouble{Finding{Code: Unattributed, Layer: s.Layer, Summary: seen}, -1})
		}
	}
	return out
}

// explain makes notes of the causes that follow from a finding of an Upstream rule: it blocks what they block, and
// their layers. It reports whether there were any.
func (r *Route) explain(f *found, by *step) bool {
	for _, t := range r.Troubles(by.layer) {
		if by.Explains == nil || !by.Explains(r, f.Finding, t) {
			continue
		}
		f.blocks = union(f.blocks, t.Layer)
		f.explains = union(f.explains, t.Layer)
		if t.at >= 0 {
			r.findings[t.at].kind = Note
			f.blocks = union(f.blocks, r.findings[t.at].blocks...)
		}
	}
	return len(f.explains) > 0
}

// explainedBy is the code of the Upstream cause that explains why a layer does not work, "" for none.
func (r *Route) explainedBy(l Layer) Code {
	return r.first(func(f *found) bool { return f.kind == Cause && slices.Contains(f.explains, l) })
}

func union(list []Layer, more ...Layer) []Layer {
	list = slices.Clone(list)
	for _, l := range more {
		if !slices.Contains(list, l) {
			list = append(list, l)
		}
	}
	return list
}

// EngineEvents lists the events of an object of a GitOps engine, newest first.
func (x *Index) EngineEvents(ref flux.Ref) []*core.Event {
	return x.EventsOf(ref.Kind, ref.Namespace, ref.Name)
}

// Since is "since TIME", "" for the zero time.
func Since(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return " since " + Stamp(t)
}

// Names reports whether a text names an object, as Flux ("Kind/namespace/name") or people do.
func Names(text, object string) bool {
	kind, name, found := strings.Cut(object, " ")
	return found && (strings.Contains(text, kind+"/"+name) || strings.Contains(text, object))
}
