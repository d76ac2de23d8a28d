package facts

import (
	"slices"
	"time"

	acme "github.com/cert-manager/cert-manager/pkg/apis/acme/v1"
	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	admission "k8s.io/api/admissionregistration/v1"
	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	discovery "k8s.io/api/discovery/v1"
	networking "k8s.io/api/networking/v1"

	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
	"github.com/edgeproof/edgeproof/e2e/edge/gateway"
	"github.com/edgeproof/edgeproof/e2e/edge/logline"
	"github.com/edgeproof/edgeproof/e2e/edge/traefik"
	"github.com/edgeproof/edgeproof/e2e/probe"
	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// Format is the version of the snapshot's JSON form.
const Format = "edgeproof/v1alpha1"

// Snapshot is what was seen at one moment. It is plain data: written as JSON and read again it is the same.
//
// Kubernetes objects are kept as the API gives them, without managed fields, so that what a later question
// needs is there; Secrets are kept as their shape only.
type Snapshot struct {
	Format string    `json:"apiVersion"`
	Time   time.Time `json:"time"` // when collecting began
	Millis float64   `json:"ms"`   // how long it took
	Parts  []Part    `json:"parts"`
	// Namespaces that were looked into; empty means all.
	Within []string `json:"within,omitempty"`
	Errors []Error  `json:"errors,omitempty"`

	Kubernetes string `json:"kubernetes,omitempty"` // version of the API server, "v1.37.2"

	Namespaces     []core.Namespace          `json:"namespaces,omitempty"`
	Pods           []core.Pod                `json:"pods,omitempty"`
	Deployments    []apps.Deployment         `json:"deployments,omitempty"`
	DaemonSets     []apps.DaemonSet          `json:"daemonSets,omitempty"`
	StatefulSets   []apps.StatefulSet        `json:"statefulSets,omitempty"`
	ConfigMaps     []core.ConfigMap          `json:"configMaps,omitempty"` // that external-dns takes settings from
	Nodes          []core.Node               `json:"nodes,omitempty"`      // without their images
	ResourceQuotas []core.ResourceQuota      `json:"resourceQuotas,omitempty"`
	Extensions     []Extension               `json:"extensions,omitempty"` // see extensions
	Services       []core.Service            `json:"services,omitempty"`
	EndpointSlices []discovery.EndpointSlice `json:"endpointSlices,omitempty"`
	IngressClasses []networking.IngressClass `json:"ingressClasses,omitempty"`
	Ingresses      []networking.Ingress      `json:"ingresses,omitempty"`

	// GatewayAPI, Traefik and DNSEndpoints are the objects of kinds that a cluster need not have.
	GatewayAPI      gateway.Objects            `json:"gatewayAPI,omitzero"`
	Traefik         traefik.Objects            `json:"traefik,omitzero"`
	DNSEndpoints    []externaldns.DNSEndpoint  `json:"dnsEndpoints,omitempty"`
	NetworkPolicies []networking.NetworkPolicy `json:"networkPolicies,omitempty"`

	Secrets []Secret     `json:"secrets,omitempty"`
	Events  []core.Event `json:"events,omitempty"`

	ClusterIssuers      []certmanager.ClusterIssuer      `json:"clusterIssuers,omitempty"`
	Issuers             []certmanager.Issuer             `json:"issuers,omitempty"`
	Certificates        []certmanager.Certificate        `json:"certificates,omitempty"`
	CertificateRequests []certmanager.CertificateRequest `json:"certificateRequests,omitempty"`
	Orders              []acme.Order                     `json:"orders,omitempty"`
	Challenges          []acme.Challenge                 `json:"challenges,omitempty"`

	// MutatingWebhooks and ValidatingWebhooks are the admission webhooks' configurations. A caBundle is large: its
	// fingerprint stands in its place, "sha256:0123456789ab"; empty where none is set.
	MutatingWebhooks   []admission.MutatingWebhookConfiguration   `json:"mutatingWebhooks,omitempty"`
	ValidatingWebhooks []admission.ValidatingWebhookConfiguration `json:"validatingWebhooks,omitempty"`

	// Delivered is what GitOps engines report of what they deliver.
	Delivered Delivered `json:"delivered,omitzero"`

	// Tokens are what the credentials that external-dns and the issuers use are able to do.
	Tokens []Token `json:"tokens,omitempty"`
	// Journal has the newest entries of the fake internet's journal: API requests, ACME steps, DNS queries. It is
	// empty for the real internet.
	Journal []api.JournalEntry `json:"journal,omitempty"`
	// Zones are the provider's, with their records.
	Zones []Zone `json:"zones,omitempty"`
	// DNS has the answers by host.
	DNS map[string]Answers `json:"dns,omitempty"`
	// Domains have, by host, the DNS data other than addresses: its zone, who may issue for it, and the proofs of DNS-01.
	Domains map[string]Domain `json:"domains,omitempty"`
	// ClusterDNS is the configuration of the cluster's own DNS, its Corefile: which names it forwards, and which
	// it answers itself.
	ClusterDNS string `json:"clusterDNS,omitempty"`
	// Probes have, by host, the results of a client on the internet.
	Probes map[string]Probe `json:"probes,omitempty"`
	// Logs are the newest lines of components that have no status of their own.
	Logs []Log `json:"logs,omitempty"`
}

// Error is something that could not be read. A part whose kind the API server does not know, because its CRD is
// not installed, has the reason NotFound: see Snapshot.Unknown.
type Error struct {
	Part    Part   `json:"part"`
	Object  string `json:"object,omitempty"` // namespace, host, zone or pod
	Reason  string `json:"reason,omitempty"` // of the Kubernetes API: Forbidden, NotFound …
	Message string `json:"message"`
}

// Zone is a zone at the provider with its records.
type Zone struct {
	Name        string   `json:"name"`
	Status      string   `json:"status"` // active, pending, moved
	Paused      bool     `json:"paused,omitempty"`
	NameServers []string `json:"nameServers,omitempty"`
	Records     []Record `json:"records"`
}

// Record is one record at the provider.
type Record struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"` // full, lower case, no trailing dot
	Type     string    `json:"type"`
	Content  string    `json:"content"` // TXT in its quotes
	TTL      int       `json:"ttl"`     // seconds; 1 is automatic
	Proxied  bool      `json:"proxied,omitempty"`
	Comment  string    `json:"comment,omitempty"`
	Created  time.Time `json:"created"`
	Modified time.Time `json:"modified"`
}

// Probe is what a client on the internet met at a host.
type Probe struct {
	// HTTPS and HTTP use the name as anybody would.
	HTTPS *probe.Report `json:"https,omitempty"`
	HTTP  *probe.Report `json:"http,omitempty"`
	// RawIP uses no DNS: HTTPS at the ingress controller's address with the host in SNI and Host, and without
	// looking at the certificate. It is what a naive check does; nil when no address is known.
	RawIP *probe.Report `json:"rawIP,omitempty"`
	// RawHTTP is the same by HTTP.
	RawHTTP *probe.Report `json:"rawHTTP,omitempty"`
	// Proof is by HTTP what a CA would meet at the URL of a pending HTTP-01 challenge, redirects followed (RFC 8555
	// section 8.3); nil when there is none.
	Proof *probe.Report `json:"proof,omitempty"`
	// Each is HTTPS at each address that the name has, where it has several: what a client meets depends on which
	// one it takes.
	Each []*probe.Report `json:"each,omitempty"`
	// Paths are HTTPS by name at further paths of the rules.
	Paths []*probe.Report `json:"paths,omitempty"`
	// Assumed is true when the path was not given: the first path of the Ingress's rules was requested.
	Assumed bool `json:"assumed,omitempty"`
}

// Line is one line of a log.
type Line = logline.Line

// Log has the newest lines of one container, oldest first.
type Log struct {
	Component Component `json:"component"`
	Namespace string    `json:"namespace"`
	Pod       string    `json:"pod"`
	Container string    `json:"container"`
	Previous  bool      `json:"previous,omitempty"` // of the run before the last restart
	Lines     []Line    `json:"lines"`
}

// Has reports whether the part was requested.
func (s *Snapshot) Has(p Part) bool { return slices.Contains(s.Parts, p) }

// Trouble returns the errors met while collecting the part.
func (s *Snapshot) Trouble(p Part) []Error {
	var out []Error
	for _, e := range s.Errors {
		if e.Part == p {
			out = append(out, e)
		}
	}
	return out
}
