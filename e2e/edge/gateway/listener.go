package gateway

import (
	"strings"

	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	api "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/edgeproof/edgeproof/e2e/edge"
)

// Listener is one listener of a Gateway, its own or one that a ListenerSet adds.
type Listener struct {
	api.Listener
	// Of is the object that it stands in.
	Of edge.Source
	// Gateway is nil where a ListenerSet names one that does not exist.
	Gateway    *api.Gateway
	Conditions []meta.Condition
	// Attached is the number of routes that the controller counts; -1 when it reports nothing.
	Attached int32
	asks     map[string]string
}

func (w *World) addGateway(g *api.Gateway) {
	w.gateways[types.NamespacedName{Namespace: g.Namespace, Name: g.Name}] = g
	of := SourceOf(g)
	for _, l := range g.Spec.Listeners {
		out := &Listener{Listener: l, Of: of, Gateway: g, Attached: -1, asks: g.Annotations}
		for i := range g.Status.Listeners {
			if s := &g.Status.Listeners[i]; s.Name == l.Name {
				out.Conditions, out.Attached = s.Conditions, s.AttachedRoutes
			}
		}
		w.listeners[of] = append(w.listeners[of], out)
	}
}

func (w *World) addSet(s *api.ListenerSet) {
	of := edge.Source{Kind: "ListenerSet", Namespace: s.Namespace, Name: s.Name}
	parent := types.NamespacedName{
		Namespace: value(s.Spec.ParentRef.Namespace, s.Namespace),
		Name:      string(s.Spec.ParentRef.Name),
	}
	for _, l := range s.Spec.Listeners {
		out := &Listener{Listener: api.Listener(l), Of: of, Gateway: w.gateways[parent], Attached: -1, asks: s.Annotations}
		for i := range s.Status.Listeners {
			if at := &s.Status.Listeners[i]; at.Name == l.Name {
				out.Conditions, out.Attached = at.Conditions, at.AttachedRoutes
			}
		}
		w.listeners[of] = append(w.listeners[of], out)
	}
}

// String names the listener within its object.
func (l *Listener) String() string { return l.Of.String() + ", listener " + string(l.Name) }

// Host is the hostname that it takes, "" for all.
func (l *Listener) Host() string { return strings.ToLower(value(l.Hostname, "")) }

// Condition finds a condition that the controller reports of it, nil for none.
func (l *Listener) Condition(kind string) *meta.Condition { return Condition(l.Conditions, kind) }

// Terminates reports whether it ends TLS itself.
func (l *Listener) Terminates() bool {
	return (l.Protocol == api.HTTPSProtocolType || l.Protocol == api.TLSProtocolType) &&
		(l.TLS == nil || l.TLS.Mode == nil || *l.TLS.Mode == api.TLSModeTerminate)
}

// Secrets are those that it names for its certificates.
func (l *Listener) Secrets() []edge.Source {
	if l.TLS == nil {
		return nil
	}
	var out []edge.Source
	for _, ref := range l.TLS.CertificateRefs {
		if value(ref.Kind, "Secret") == "Secret" && value(ref.Group, "") == "" {
			out = append(out, edge.Source{
				Kind: "Secret", Namespace: value(ref.Namespace, l.Of.Namespace), Name: string(ref.Name),
			})
		}
	}
	return out
}

// Common is the narrower of the hostnames of a listener and of a route, "" for any; false when no host is of both.
// A wildcard stands for one label or more here (the API's documentation of Listener.hostname).
func Common(listener, route string) (string, bool) {
	listener, route = strings.ToLower(listener), strings.ToLower(route)
	switch {
	case listener == "" || listener == route:
		return route, true
	case route == "":
		return listener, true
	case within(listener, route):
		return route, true
	case within(route, listener):
		return listener, true
	}
	return "", false
}

// within reports whether a wildcard covers a hostname.
func within(wildcard, host string) bool {
	suffix, wild := strings.CutPrefix(wildcard, "*")
	return wild && strings.HasSuffix(host, suffix) && len(host) > len(suffix)
}
