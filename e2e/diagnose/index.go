package diagnose

import (
	"slices"
	"strings"
	"time"

	acme "github.com/cert-manager/cert-manager/pkg/apis/acme/v1"
	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	core "k8s.io/api/core/v1"
	discovery "k8s.io/api/discovery/v1"
	networking "k8s.io/api/networking/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/edgeproof/edgeproof/e2e/edge"
	cm "github.com/edgeproof/edgeproof/e2e/edge/certmanager"
	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
	"github.com/edgeproof/edgeproof/e2e/edge/gateway"
	"github.com/edgeproof/edgeproof/e2e/edge/traefik"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

// Index finds the facts of a route without scanning the snapshot. It is not changed once it is made.
type Index struct {
	Snapshot *facts.Snapshot

	issuance

	// Gateways is what there is of Gateway API, IngressRoutes of Traefik's own routes, and Extensions of what these
	// refer to.
	Gateways      *gateway.World
	IngressRoutes map[edge.Source]*traefik.IngressRoute
	Extensions    map[edge.Source]*facts.Extension
	// Routes are those of all kinds, in the order of the snapshot.
	Routes    []*edge.Route
	ByName    map[edge.Source]*edge.Route
	ByHost    map[string][]*edge.Route // of rules and TLS blocks
	Classes   map[string]*networking.IngressClass
	Services  map[types.NamespacedName]*core.Service
	Endpoints map[types.NamespacedName][]*discovery.EndpointSlice // by Service
	Pods      map[string][]*core.Pod                              // by namespace
	Secrets   map[types.NamespacedName]*facts.Secret
	Namesakes map[string][]*facts.Secret // Secrets by name alone
	events    map[string][]*core.Event   // by "Kind namespace/name", newest first

	ClusterIssuers map[string]*certmanager.ClusterIssuer
	Issuers        map[types.NamespacedName]*certmanager.Issuer
	Certificates   map[types.NamespacedName][]*certmanager.Certificate // by the Secret they fill
	issued         *cm.Objects
	Contenders     map[string][]*acme.Challenge // by domain, in all namespaces

	Zones   map[string][]*facts.Zone
	Records map[string][]Record
	Tokens  map[TokenRef]*facts.Token
	// Syncers and Traefiks are one or more each; one that does not run stands for none.
	Syncers     []*Syncer
	Traefiks    []*Traefik
	Marks       map[string][]Mark // ownership records by resource: "ingress/develop/frontend"
	CertManager *Program
	Webhook     *Program
	CAInjector  *Program
	extensions  map[string][]*facts.Extension // by kind
	// environment is what pods take their settings from.
	environment externaldns.Sources
	// CredentialRefs are the entries of Secrets that external-dns, and each issuer by "Kind namespace/name", takes
	// its token from.
	CredentialRefs map[string][]TokenRef
	ByLeaf         map[string]*facts.Secret // Secrets by the SHA-256 of their leaf
	SentTokens     map[string]time.Time     // the token, by fingerprint, that external-dns last sent
	Errors         map[facts.Part][]facts.Error
	Deliveries     *Deliveries
}

// Record is one record at the provider with its zone.
type Record struct {
	*facts.Record
	Zone *facts.Zone
}

func newIndex(s *facts.Snapshot) *Index {
	x := &Index{
		Snapshot: s,
		Classes:  by(s.IngressClasses, func(o *networking.IngressClass) string { return o.Name }),
		Services: by(s.Services, func(o *core.Service) types.NamespacedName { return NameOf(&o.ObjectMeta) }),
		Secrets:  by(s.Secrets, func(o *facts.Secret) types.NamespacedName { return NameOf(&o.ObjectMeta) }),
		Endpoints: group(s.EndpointSlices, func(o *discovery.EndpointSlice) types.NamespacedName {
			return types.NamespacedName{Namespace: o.Namespace, Name: o.Labels[discovery.LabelServiceName]}
		}),
		Pods:      group(s.Pods, func(o *core.Pod) string { return o.Namespace }),
		Namesakes: group(s.Secrets, func(o *facts.Secret) string { return o.Name }),
		events: group(s.Events, func(o *core.Event) string {
			return Object(o.InvolvedObject.Kind, o.InvolvedObject.Namespace, o.InvolvedObject.Name)
		}),
		ClusterIssuers: by(s.ClusterIssuers, func(o *certmanager.ClusterIssuer) string { return o.Name }),
		Issuers: by(
			s.Issuers,
			func(o *certmanager.Issuer) types.NamespacedName { return NameOf(&o.ObjectMeta) },
		),
		Certificates: group(s.Certificates, func(o *certmanager.Certificate) types.NamespacedName {
			return types.NamespacedName{Namespace: o.Namespace, Name: o.Spec.SecretName}
		}),
		issued:        cm.NewObjects(s.CertificateRequests, s.Orders, s.Challenges),
		Contenders:    group(s.Challenges, func(o *acme.Challenge) string { return o.Spec.DNSName }),
		Zones:         group(s.Zones, func(z *facts.Zone) string { return z.Name }),
		Tokens:        by(s.Tokens, func(t *facts.Token) TokenRef { return TokenRef{t.Namespace, t.Secret, t.Key} }),
		ByName:        map[edge.Source]*edge.Route{},
		IngressRoutes: map[edge.Source]*traefik.IngressRoute{},
		Extensions:    map[edge.Source]*facts.Extension{},
		ByHost:        map[string][]*edge.Route{},
		Records:       map[string][]Record{},
		ByLeaf:        map[string]*facts.Secret{},
		Errors:        map[facts.Part][]facts.Error{},
		extensions:    group(s.Extensions, func(e *facts.Extension) string { return e.Kind }),
	}
	for _, e := range s.Errors {
		x.Errors[e.Part] = append(x.Errors[e.Part], e)
	}
	x.Gateways = s.Gateways()
	x.Routes = slices.DeleteFunc(s.Routes(x.Gateways), (*edge.Route).Solver)
	for i := range s.Traefik.Routes {
		o := &s.Traefik.Routes[i]
		x.IngressRoutes[edge.Source{Kind: edge.IngressRoute, Namespace: o.Namespace, Name: o.Name}] = o
	}
	for i := range s.Traefik.TCPRoutes {
		o := &s.Traefik.TCPRoutes[i]
		x.IngressRoutes[edge.Source{Kind: edge.IngressRouteTCP, Namespace: o.Namespace, Name: o.Name}] = o
	}
	for i := range s.Extensions {
		o := &s.Extensions[i]
		x.Extensions[edge.Source{Kind: o.Kind, Namespace: o.Namespace, Name: o.Name}] = o
	}
	for _, o := range x.Routes {
		x.ByName[o.Source] = o
		for _, host := range o.Hosts() {
			x.ByHost[host] = append(x.ByHost[host], o)
		}
	}
	for i := range s.Zones {
		for n := range s.Zones[i].Records {
			o := &s.Zones[i].Records[n]
			x.Records[o.Name] = append(x.Records[o.Name], Record{o, &s.Zones[i]})
		}
	}
	newest(x.events, func(o *core.Event) time.Time { return EventTime(o) })
	running := x.components()
	x.environment, x.Marks = s.Environment(), x.marks()
	for _, p := range running[facts.ExternalDNS] {
		x.Syncers = append(x.Syncers, newSyncer(x, p))
	}
	for _, p := range running[facts.Traefik] {
		x.Traefiks = append(x.Traefiks, newTraefik(x, p))
	}
	x.CertManager = running[facts.CertManager][0]
	x.Webhook, x.CAInjector = running[facts.Webhook][0], running[facts.CAInjector][0]
	x.SentTokens = sentTokens(s.Journal)
	for i := range s.Secrets {
		if leaf := s.Secrets[i].Certificates; len(leaf) > 0 {
			x.ByLeaf[leaf[0].SHA256] = &s.Secrets[i]
		}
	}
	x.issuance = newIssuance(x)
	x.CredentialRefs = x.credentialUses()
	x.Deliveries = newDeliveries(x)
	return x
}

// Looked reports whether facts of a kind were collected of a namespace, host or zone, so that absence means
// something. "" stands for what belongs to none, and for all namespaces.
func (x *Index) Looked(part facts.Part, where string) bool {
	if !x.Snapshot.Has(part) ||
		(len(x.Snapshot.Within) > 0 && namespaced(part) && !slices.Contains(x.Snapshot.Within, where)) {
		return false
	}
	for _, e := range x.Errors[part] {
		if e.Object == "" || e.Object == where ||
			(strings.HasPrefix(e.Object, where+"/") && !strings.HasSuffix(e.Object, facts.PreviousRun)) {
			return false
		}
	}
	return true
}

func namespaced(part facts.Part) bool {
	switch part {
	case facts.Version,
		facts.Namespaces,
		facts.IngressClasses,
		facts.ClusterIssuers,
		facts.Webhooks,
		facts.Delivery,
		facts.Tokens,
		facts.Journal,
		facts.Provider,
		facts.DNS,
		facts.Nodes,
		facts.Extensions,
		facts.Probes:
		return false
	default:
		return true
	}
}

// zoneOf is the provider's zone that a host lies in, the closest one; nil for none.
func (x *Index) zoneOf(host string) *facts.Zone {
	for rest, ok := host, true; ok; _, rest, ok = strings.Cut(rest, ".") {
		if zones := x.Zones[rest]; len(zones) > 0 {
			return zones[0]
		}
	}
	return nil
}

// EventsOf lists the events of an object, newest first.
func (x *Index) EventsOf(kind, namespace, name string) []*core.Event {
	return x.events[Object(kind, namespace, name)]
}

// EventTime is when an event last happened.
func EventTime(e *core.Event) time.Time {
	switch {
	case !e.LastTimestamp.IsZero():
		return e.LastTimestamp.Time
	case !e.EventTime.IsZero():
		return e.EventTime.Time
	default:
		return e.CreationTimestamp.Time
	}
}

// NameOf is the name of an object.
func NameOf(m *meta.ObjectMeta) types.NamespacedName {
	return types.NamespacedName{Namespace: m.Namespace, Name: m.Name}
}

func by[T any, K comparable](list []T, key func(*T) K) map[K]*T {
	out := make(map[K]*T, len(list))
	for i := range list {
		out[key(&list[i])] = &list[i]
	}
	return out
}

func group[T any, K comparable](list []T, key func(*T) K) map[K][]*T {
	out := make(map[K][]*T, len(list))
	for i := range list {
		k := key(&list[i])
		out[k] = append(out[k], &list[i])
	}
	return out
}

func newest[T any, K comparable](groups map[K][]*T, at func(*T) time.Time) {
	for _, list := range groups {
		slices.SortStableFunc(list, func(a, b *T) int { return at(b).Compare(at(a)) })
	}
}
