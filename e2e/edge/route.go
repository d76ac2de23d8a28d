// Package edge holds the one model of a route: hosts, how they are served, and the object that says so.
// Whatever judges or explains a route asks a Route, not the API's object. FromIngress makes one of an Ingress;
// packages gateway, traefik and externaldns make those of their own kinds.
//
// It knows how the kinds are written, and the readers of its sub-packages know the components that serve them.
// It must not know how facts are collected, nor judge or explain.
package edge

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/edgeproof/edgeproof/e2e/edge/certmanager"
	"github.com/edgeproof/edgeproof/e2e/edge/ingressclass"
)

// Route is what one object says of its hosts.
type Route struct {
	Source
	Created             time.Time
	Annotations, Labels map[string]string
	// Class chooses the controller that is to serve it.
	Class ingressclass.Name
	Rules []Rule
	// Default is where what no rule takes is led to; nil for nowhere.
	Default *Backend
	TLS     []TLS
	// Published are the addresses, and names where there is no address, that its status reports, or that of its
	// Listener.
	Published []string
	// Targets are published in their place, by host, by an object that names targets itself.
	Targets map[string][]string
	// Listener is the object that listens for the route, a Gateway: the issuer and the targets of the DNS are taken
	// from its annotations. It is nil for a route that listens itself.
	Listener *Listener
	// Opaque says that TLS passes through to the backend, or that what is routed is no HTTP.
	Opaque bool
}

// Listener is an object that listens for routes of other objects.
type Listener struct {
	Source
	Annotations map[string]string
}

// Source is the object that a route is read from.
type Source struct{ Kind, Namespace, Name string }

// Rule leads one host, or all hosts where it has none, to backends by path.
type Rule struct {
	Host  string
	Paths []Path
}

// Path leads what begins with it to a backend; nil where that is no Service.
type Path struct {
	Path    string
	Backend *Backend
}

// Backend is a port of a Service, by number or by name.
type Backend struct {
	Service  string
	Port     int32
	PortName string
	// Namespace is that of the Service, "" for that of the route.
	Namespace string
}

// TLS asks for HTTPS with the certificate in a Secret.
type TLS struct {
	Hosts  []string
	Secret string
	// Namespace is that of the Secret, "" for that of the route.
	Namespace string
}

// String names the object, as findings do.
func (s Source) String() string { return s.Kind + " " + s.Namespace + "/" + s.Name }

// Resource names the object as kubectl and external-dns's ownership records do: "ingress/shop/web".
func (s Source) Resource() string {
	return strings.ToLower(s.Kind) + "/" + s.Namespace + "/" + s.Name
}

// Annotate is the command that sets or, by a trailing dash, removes annotations of the object.
func (s Source) Annotate(pairs ...string) string {
	return fmt.Sprintf("kubectl -n %s annotate %s %s --overwrite %s",
		s.Namespace, strings.ToLower(s.Kind), s.Name, strings.Join(pairs, " "))
}

// Unannotate is the command that removes an annotation of the object.
func (s Source) Unannotate(key string) string { return s.Command("annotate") + " " + key + "-" }

// Patch is the command that changes the object by a patch of a type, merge or json.
func (s Source) Patch(kind, patch string) string {
	return fmt.Sprintf("kubectl -n %s patch %s %s --type=%s -p '%s'",
		s.Namespace, strings.ToLower(s.Kind), s.Name, kind, patch)
}

// Command is kubectl with a verb on the object: edit, delete, describe.
func (s Source) Command(verb string) string {
	return fmt.Sprintf("kubectl -n %s %s %s %s", s.Namespace, verb, strings.ToLower(s.Kind), s.Name)
}

// Hosts lists the hosts of rules and TLS blocks alike, once each, in lower case: external-dns publishes both.
func (r *Route) Hosts() []string {
	var out []string
	add := func(host string) {
		if host = normal(host); host != "" && !slices.Contains(out, host) {
			out = append(out, host)
		}
	}
	for _, rule := range r.Rules {
		add(rule.Host)
	}
	for _, block := range r.TLS {
		for _, host := range block.Hosts {
			add(host)
		}
	}
	return out
}

// RuleHosts lists the hosts of the rules, once each.
func (r *Route) RuleHosts() []string {
	var out []string
	for _, rule := range r.Rules {
		if rule.Host != "" && !slices.Contains(out, rule.Host) {
			out = append(out, rule.Host)
		}
	}
	return out
}

// TLSHosts lists the hosts of the TLS blocks.
func (r *Route) TLSHosts() []string {
	var out []string
	for _, block := range r.TLS {
		out = append(out, block.Hosts...)
	}
	return out
}

// TLSSecrets lists the Secrets of the TLS blocks.
func (r *Route) TLSSecrets() []string {
	var out []string
	for _, block := range r.TLS {
		out = append(out, block.Secret)
	}
	return out
}

// RuleFor is the first rule that takes a host, nil for none.
func (r *Route) RuleFor(host string) *Rule {
	for i := range r.Rules {
		if rule := &r.Rules[i]; rule.Host == "" || Covers(rule.Host, host) {
			return rule
		}
	}
	return nil
}

// TLSFor is the first TLS block that covers a host, nil for none.
func (r *Route) TLSFor(host string) *TLS {
	for i := range r.TLS {
		if AnyCovers(r.TLS[i].Hosts, host) {
			return &r.TLS[i]
		}
	}
	return nil
}

// Backends are those that a rule leads to, or without paths in it, the default one; nil stands for one that is no
// Service.
func (r *Route) Backends(rule *Rule) []*Backend {
	if rule == nil || len(rule.Paths) == 0 {
		return []*Backend{r.Default}
	}
	var out []*Backend
	for i := range rule.Paths {
		out = append(out, rule.Paths[i].Backend)
	}
	return out
}

// Asks are the annotations by which the route asks for a certificate and for targets: its own, or its listener's.
func (r *Route) Asks() map[string]string {
	if r.Listener != nil {
		return r.Listener.Annotations
	}
	return r.Annotations
}

// AskedBy is the object whose annotations Asks are.
func (r *Route) AskedBy() Source {
	if r.Listener != nil {
		return r.Listener.Source
	}
	return r.Source
}

// PublishedFor are the addresses and names that the route publishes for a host.
func (r *Route) PublishedFor(host string) []string {
	if r.Targets != nil {
		return r.Targets[host]
	}
	return r.Published
}

// ServiceName is the name of the Service of a backend.
func (r *Route) ServiceName(b *Backend) types.NamespacedName {
	return types.NamespacedName{Namespace: cmp.Or(b.Namespace, r.Namespace), Name: b.Service}
}

// SecretName is the name of the Secret of a TLS block.
func (r *Route) SecretName(t *TLS) types.NamespacedName {
	return types.NamespacedName{Namespace: cmp.Or(t.Namespace, r.Namespace), Name: t.Secret}
}

// Issuer is the issuer that the route asks for a certificate; zero for none.
func (r *Route) Issuer() certmanager.Reference { return certmanager.Requested(r.Asks()) }

// Solver reports whether cert-manager made the object to prove a host by HTTP-01: it lives as long as the
// challenge, and serves its path alone.
func (r *Route) Solver() bool { return r.Labels[certmanager.SolverLabel] == "true" }

// Covers reports whether a name, as in a rule or a certificate, fits the host: a wildcard stands for exactly one
// label (RFC 6125 section 6.4.3).
func Covers(name, host string) bool {
	name, host = normal(name), normal(host)
	if name == host {
		return true
	}
	parent, wild := strings.CutPrefix(name, "*.")
	label, rest, cut := strings.Cut(host, ".")
	return wild && cut && label != "" && rest == parent
}

// AnyCovers reports whether one of the names fits the host.
func AnyCovers(names []string, host string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return Covers(n, host) })
}

func normal(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }
