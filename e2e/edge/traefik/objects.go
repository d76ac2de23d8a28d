package traefik

import (
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// The API groups of Traefik's own kinds. Traefik v3 does not read the first one.
const (
	OldGroup = "traefik.containo.us"
	Group    = "traefik.io"
)

// Objects are the routes of Traefik's own kinds in a cluster. Of each they hold what it leads to and depends
// on: Traefik's own Go types come with all of Traefik.
type Objects struct {
	Routes    []IngressRoute `json:"ingressRoutes,omitempty"`
	TCPRoutes []IngressRoute `json:"ingressRouteTCPs,omitempty"`
}

// IngressRoute is an IngressRoute or an IngressRouteTCP.
type IngressRoute struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata"`

	Spec IngressRouteSpec `json:"spec"`
}

// IngressRouteSpec is what it asks for.
type IngressRouteSpec struct {
	EntryPoints []string  `json:"entryPoints,omitempty"`
	Routes      []Router  `json:"routes"`
	TLS         *RouteTLS `json:"tls,omitempty"`
}

// Router is one of its routes.
type Router struct {
	Match       string      `json:"match"`
	Kind        string      `json:"kind,omitempty"`
	Syntax      string      `json:"syntax,omitempty"`
	Services    []Upstream  `json:"services,omitempty"`
	Middlewares []Reference `json:"middlewares,omitempty"`
}

// Upstream is a Service, or a TraefikService, that a router leads to.
type Upstream struct {
	Reference        `json:",inline"`
	Kind             string             `json:"kind,omitempty"`
	Port             intstr.IntOrString `json:"port,omitempty,omitzero"`
	ServersTransport string             `json:"serversTransport,omitempty"`
}

// Reference names an object, of the namespace of the route unless it names one.
type Reference struct {
	Name      string `json:"name"`
	Namespace string `json:"namespace,omitempty"`
}

// RouteTLS is how a route speaks TLS.
type RouteTLS struct {
	SecretName   string     `json:"secretName,omitempty"`
	CertResolver string     `json:"certResolver,omitempty"`
	Passthrough  bool       `json:"passthrough,omitempty"`
	Options      *Reference `json:"options,omitempty"`
	Store        *Reference `json:"store,omitempty"`
}
