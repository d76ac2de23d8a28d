package gateway

import (
	"fmt"
	"slices"
	"strings"

	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	api "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/edgeproof/edgeproof/e2e/edge"
)

// Reason says why a route does not attach.
type Reason int

// The reasons.
const (
	NoParent    Reason = iota // there is no such Gateway or ListenerSet
	NoSection                 // it has no listener of that name
	OtherPort                 // no listener has that port
	NotAllowed                // allowedRoutes leaves out the namespace of the route
	OtherKind                 // the listener takes no routes of this kind
	NoIntersect               // no hostname is of both
)

// Refusal is a listener that does not take a route up; Listener is nil where no listener was found.
type Refusal struct {
	Listener *Listener
	Reason   Reason
	Text     string
}

// Parent is one of the parents that a route names.
type Parent struct {
	Ref api.ParentReference
	// Named is the object that it names.
	Named   edge.Source
	Taken   []*Listener
	Refused []Refusal
	// Reported are the conditions that a controller reports of the route at this parent.
	Reported []meta.Condition
	// Controller is who reports them, "" while there is no status of it.
	Controller string
}

// Accepted is the condition of that name; nil when no controller reports it.
func (p *Parent) Accepted() *meta.Condition {
	return Condition(p.Reported, string(api.RouteConditionAccepted))
}

// attach finds the listeners that take a route up at a parent.
func (w *World) attach(r *Route, ref api.ParentReference) Parent {
	p := Parent{Ref: ref, Named: edge.Source{
		Kind: value(ref.Kind, "Gateway"), Namespace: value(ref.Namespace, r.Namespace), Name: string(ref.Name),
	}}
	for _, s := range r.status {
		if sameParent(s.ParentRef, ref, r.Namespace) {
			p.Reported, p.Controller = s.Conditions, string(s.ControllerName)
		}
	}
	all := w.listeners[p.Named]
	if len(all) == 0 {
		p.Refused = []Refusal{{nil, NoParent, p.Named.String() + " does not exist or has no listener"}}
		return p
	}
	var names []string
	for _, l := range all {
		names = append(names, string(l.Name))
		if ref.SectionName != nil && *ref.SectionName != l.Name {
			continue
		}
		if refusal := w.refuses(l, r, ref); refusal != nil {
			p.Refused = append(p.Refused, *refusal)
			continue
		}
		p.Taken = append(p.Taken, l)
	}
	if len(p.Taken)+len(p.Refused) == 0 {
		p.Refused = []Refusal{{nil, NoSection, fmt.Sprintf(
			"sectionName %s; %s has the listeners %s", *ref.SectionName, p.Named, strings.Join(names, ", "))}}
	}
	return p
}

func sameParent(a, b api.ParentReference, namespace string) bool {
	return value(a.Kind, "Gateway") == value(b.Kind, "Gateway") && a.Name == b.Name &&
		value(a.Namespace, namespace) == value(b.Namespace, namespace) &&
		value(a.SectionName, "") == value(b.SectionName, "") && (a.Port == nil) == (b.Port == nil) &&
		(a.Port == nil || *a.Port == *b.Port)
}

// refuses says why a listener does not take a route up; nil when it does.
func (w *World) refuses(l *Listener, r *Route, ref api.ParentReference) *Refusal {
	switch {
	case ref.Port != nil && *ref.Port != l.Port:
		return &Refusal{l, OtherPort, fmt.Sprintf("port %d; the listener has port %d", *ref.Port, l.Port)}
	case !allowsKind(l, r.Kind):
		return &Refusal{l, OtherKind, fmt.Sprintf("the listener takes no %s (protocol %s)", r.Kind, l.Protocol)}
	}
	if why := w.leavesOut(l, r.Namespace); why != "" {
		return &Refusal{l, NotAllowed, why}
	}
	for _, host := range r.asked {
		if _, ok := Common(l.Host(), host); ok {
			return nil
		}
	}
	return &Refusal{l, NoIntersect, fmt.Sprintf(
		"hostname %s; the route has %s", l.Host(), strings.Join(r.asked, ", "))}
}

// allowsKind goes by the protocol, and by the kinds where the listener lists some.
func allowsKind(l *Listener, kind string) bool {
	if l.AllowedRoutes != nil && len(l.AllowedRoutes.Kinds) > 0 {
		return slices.ContainsFunc(l.AllowedRoutes.Kinds, func(k api.RouteGroupKind) bool { return string(k.Kind) == kind })
	}
	switch l.Protocol {
	case api.HTTPProtocolType, api.HTTPSProtocolType:
		return kind == edge.HTTPRoute || kind == edge.GRPCRoute
	case api.TLSProtocolType:
		return kind == edge.TLSRoute
	case api.TCPProtocolType, api.UDPProtocolType:
		return false
	}
	return true // a protocol of the controller's own
}

// leavesOut says by which setting a listener takes no routes of a namespace, "" when it does. What is not known of
// the namespace speaks against nothing.
func (w *World) leavesOut(l *Listener, namespace string) string {
	from, selector := api.NamespacesFromSame, (*meta.LabelSelector)(nil)
	if a := l.AllowedRoutes; a != nil && a.Namespaces != nil {
		if a.Namespaces.From != nil {
			from = *a.Namespaces.From
		}
		selector = a.Namespaces.Selector
	}
	switch from {
	case api.NamespacesFromAll:
		return ""
	case api.NamespacesFromSame:
		if l.Of.Namespace == namespace {
			return ""
		}
		return "allowedRoutes.namespaces.from: Same"
	case api.NamespacesFromNone:
		return "allowedRoutes.namespaces.from: None"
	case api.NamespacesFromSelector:
	}
	of, known := w.labels[namespace]
	chosen, err := meta.LabelSelectorAsSelector(selector)
	if !known || err != nil || chosen.Matches(labels.Set(of)) {
		return ""
	}
	return "allowedRoutes.namespaces.selector " + meta.FormatLabelSelector(selector)
}
