package judge

import (
	"cmp"
	"slices"

	"k8s.io/apimachinery/pkg/types"

	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
	"github.com/edgeproof/edgeproof/e2e/edge/traefik"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

// Target is what is expected of the edge: the names of SPEC and the routes of a bundle.
type Target struct {
	// Namespace is where cert-manager and its credential live, and external-dns unless DNSNamespace is set.
	Namespace    string `json:"namespace"`
	DNSNamespace string `json:"dnsNamespace,omitempty"`
	// Credential is the Secret that both use.
	Credential Credential `json:"credential"`
	Production Issuer     `json:"production"`
	Staging    Issuer     `json:"staging"`
	// Zones are the domains whose records are synced.
	Zones []string `json:"zones"`
	// Provider is the name that external-dns has for where the zones are.
	Provider string `json:"provider"`
	// OwnerID marks the records of this cluster; empty for external-dns's own default.
	OwnerID string `json:"ownerId,omitempty"`
	// TXT is how the ownership records of this cluster are named.
	TXT externaldns.Naming `json:"txt,omitzero"`
	// ControllerName is what an IngressClass of the ingress controller names.
	ControllerName string `json:"controllerName"`
	// Controller is the Service of the ingress controller.
	Controller types.NamespacedName `json:"controller"`
	Routes     []Route              `json:"routes"`
}

// Credential names an entry of a Secret in Target.Namespace.
type Credential struct {
	Secret string `json:"secret"`
	Key    string `json:"key"`
}

// Issuer is a ClusterIssuer by name and by the ACME directory it must use.
type Issuer struct {
	Name   string `json:"name"`
	Server string `json:"server"`
}

// Route is a route whose hosts must work, by the object that it is read from.
type Route struct {
	edge.Source
	Hosts []string `json:"hosts"`
	// Path is requested; "/" unless set.
	Path string `json:"path,omitempty"`
	// Marker is a text that only the intended application answers; empty accepts any body.
	Marker string `json:"marker,omitempty"`
}

// Reference is the target of the specification, without routes and zones: the names that a platform is expected
// to use.
func Reference() Target {
	return Target{
		Namespace:  "cert-manager",
		Credential: Credential{Secret: "cloudflare-api-token", Key: "api-token"}, //nolint:gosec // names, no secret
		Production: Issuer{Name: "letsencrypt-production", Server: "https://acme-v02.api.letsencrypt.org/directory"},
		Staging: Issuer{
			Name:   "letsencrypt-staging",
			Server: "https://acme-staging-v02.api.letsencrypt.org/directory",
		},
		Provider:       "cloudflare",
		ControllerName: traefik.Controller,
		Controller:     types.NamespacedName{Namespace: "traefik", Name: "traefik"},
	}
}

// SinceAnnotation is when an object was first there. Whoever takes an object away and puts it back, as a fault does,
// sets it to the creation time of the first (RFC 3339); the order of the workflow is then still known.
const SinceAnnotation = "edgeproof.dev/since"

// Hosts lists the hosts of all routes.
func (t Target) Hosts() []string {
	var out []string
	for _, r := range t.Routes {
		out = append(out, r.Hosts...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Names are those that certificates are requested for: the hosts, or where no route has one, the zones.
func (t Target) Names() []string {
	if hosts := t.Hosts(); len(hosts) > 0 {
		return hosts
	}
	return t.Zones
}

// Issuers are the two, production first.
func (t Target) Issuers() []Issuer { return []Issuer{t.Production, t.Staging} }

// NamespaceOf is where a component lives.
func (t Target) NamespaceOf(c facts.Component) string {
	if c == facts.ExternalDNS {
		return cmp.Or(t.DNSNamespace, t.Namespace)
	}
	return t.Namespace
}

// Owner is the owner id that records must bear.
func (t Target) Owner() string {
	if t.OwnerID == "" {
		return "default" // of external-dns
	}
	return t.OwnerID
}

// Namespaces are all that a judgement may need.
func (t Target) Namespaces() []string {
	out := []string{t.Namespace, t.DNSNamespace, t.Controller.Namespace}
	for _, r := range t.Routes {
		out = append(out, r.Namespace)
	}
	slices.Sort(out)
	return slices.Compact(slices.DeleteFunc(out, func(s string) bool { return s == "" }))
}

// Requested is the path that is requested of the route.
func (r Route) Requested() string { return cmp.Or(r.Path, "/") }
