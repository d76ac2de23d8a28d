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

	"github.com/edgeproof/edgeproof/e2e/facts"
)

// name is that of a namespaced object.
type name = types.NamespacedName

// index finds the facts of a route without scanning the snapshot. It is not changed once it is made.
type index struct {
	s *facts.Snapshot

	sync *syncer
	issuance

	ingresses map[name]*networking.Ingress
	byHost    map[string][]*networking.Ingress // of rules and TLS blocks
	bySecret  map[name][]*networking.Ingress   // that name the Secret in a TLS block
	classes   map[string]*networking.IngressClass
	services  map[name]*core.Service
	endpoints map[name][]*discovery.EndpointSlice // by Service
	pods      map[string][]*core.Pod              // by namespace
	secrets   map[name]*facts.Secret
	namesakes map[string][]*facts.Secret // Secrets by name alone
	events    map[string][]*core.Event   // by "Kind namespace/name", newest first

	clusterIssuers map[string]*certmanager.ClusterIssuer
	issuers        map[name]*certmanager.Issuer
	certificates   map[name][]*certmanager.Certificate        // by the Secret they fill
	requests       map[name][]*certmanager.CertificateRequest // by Certificate, newest first
	orders         map[name][]*acme.Order                     // by CertificateRequest, newest first
	challenges     map[name][]*acme.Challenge                 // by Order
	contenders     map[string][]*acme.Challenge               // by domain, in all namespaces

	zones   map[string][]*facts.Zone
	records map[string][]record
	tokens  map[tokenRef]*facts.Token
	dns     *component
	traefik *component
	manager *component
	webhook *component
	ca      *component
	// front is the Service of the ingress controller, nil when it is not known.
	front *core.Service
	// refs are the entries of Secrets that external-dns, and each issuer by "Kind namespace/name", takes its token from.
	refs      map[string][]tokenRef
	signs     []sign                   // what external-dns logged of the provider's API since its last good sync
	synced    time.Time                // when that was
	served    map[string]*facts.Secret // Secrets by the SHA-256 of their leaf
	access    map[string]*facts.Line   // the newest line of Traefik's access log, by host
	points    map[string]bool          // Traefik's entry points and whether each speaks TLS; nil when they are not known
	forbidden *facts.Line              // the newest line in which Traefik is refused by the API server
	sent      map[string]time.Time     // the token, by fingerprint, that external-dns last sent
	errors    map[facts.Part][]facts.Error
}

// record is one record at the provider with its zone.
type record struct {
	*facts.Record
	zone *facts.Zone
}

func newIndex(s *facts.Snapshot) *index {
	x := &index{
		s:         s,
		ingresses: by(s.Ingresses, func(o *networking.Ingress) name { return nameOf(&o.ObjectMeta) }),
		classes:   by(s.IngressClasses, func(o *networking.IngressClass) string { return o.Name }),
		services:  by(s.Services, func(o *core.Service) name { return nameOf(&o.ObjectMeta) }),
		secrets:   by(s.Secrets, func(o *facts.Secret) name { return nameOf(&o.ObjectMeta) }),
		endpoints: group(s.EndpointSlices, func(o *discovery.EndpointSlice) name {
			return name{Namespace: o.Namespace, Name: o.Labels[discovery.LabelServiceName]}
		}),
		pods:      group(s.Pods, func(o *core.Pod) string { return o.Namespace }),
		namesakes: group(s.Secrets, func(o *facts.Secret) string { return o.Name }),
		events: group(s.Events, func(o *core.Event) string {
			return object(o.InvolvedObject.Kind, o.InvolvedObject.Namespace, o.InvolvedObject.Name)
		}),
		clusterIssuers: by(s.ClusterIssuers, func(o *certmanager.ClusterIssuer) string { return o.Name }),
		issuers:        by(s.Issuers, func(o *certmanager.Issuer) name { return nameOf(&o.ObjectMeta) }),
		certificates: group(s.Certificates, func(o *certmanager.Certificate) name {
			return name{Namespace: o.Namespace, Name: o.Spec.SecretName}
		}),
		requests: group(s.CertificateRequests, func(o *certmanager.CertificateRequest) name {
			return name{Namespace: o.Namespace, Name: o.Annotations[certmanager.CertificateNameKey]}
		}),
		orders:     group(s.Orders, func(o *acme.Order) name { return ownerOf(&o.ObjectMeta, "CertificateRequest") }),
		challenges: group(s.Challenges, func(o *acme.Challenge) name { return ownerOf(&o.ObjectMeta, "Order") }),
		contenders: group(s.Challenges, func(o *acme.Challenge) string { return o.Spec.DNSName }),
		zones:      group(s.Zones, func(z *facts.Zone) string { return z.Name }),
		tokens:     by(s.Tokens, func(t *facts.Token) tokenRef { return tokenRef{t.Namespace, t.Secret, t.Key} }),
		byHost:     map[string][]*networking.Ingress{},
		bySecret:   map[name][]*networking.Ingress{},
		records:    map[string][]record{},
		served:     map[string]*facts.Secret{},
		access:     map[string]*facts.Line{},
		errors:     map[facts.Part][]facts.Error{},
	}
	for _, e := range s.Errors {
		x.errors[e.Part] = append(x.errors[e.Part], e)
	}
	for i := range s.Ingresses {
		o := &s.Ingresses[i]
		for _, host := range facts.HostsOf(o) {
			x.byHost[host] = append(x.byHost[host], o)
		}
		for _, block := range o.Spec.TLS {
			secret := name{Namespace: o.Namespace, Name: block.SecretName}
			if !slices.Contains(x.bySecret[secret], o) {
				x.bySecret[secret] = append(x.bySecret[secret], o)
			}
		}
	}
	for i := range s.Zones {
		for n := range s.Zones[i].Records {
			o := &s.Zones[i].Records[n]
			x.records[o.Name] = append(x.records[o.Name], record{o, &s.Zones[i]})
		}
	}
	newest(x.requests, func(o *certmanager.CertificateRequest) time.Time { return o.CreationTimestamp.Time })
	newest(x.orders, func(o *acme.Order) time.Time { return o.CreationTimestamp.Time })
	newest(x.events, func(o *core.Event) time.Time { return eventTime(o) })
	running := x.components()
	x.dns, x.traefik, x.manager = running[facts.ExternalDNS], running[facts.Traefik], running[facts.CertManager]
	x.webhook, x.ca = running[facts.Webhook], running[facts.CAInjector]
	x.front, x.refs = x.frontService(), x.credentialUses()
	x.points, x.forbidden = x.knownEntryPoints(), findForbidden(x.traefik.log)
	x.sent = sentTokens(s.Journal)
	x.signs, x.synced = signsOf(x.dns.log, x.dns.String())
	for i := range s.Secrets {
		if leaf := s.Secrets[i].Certificates; len(leaf) > 0 {
			x.served[leaf[0].SHA256] = &s.Secrets[i]
		}
	}
	for i := range x.traefik.log {
		if l := &x.traefik.log[i]; l.Fields["RequestHost"] != "" {
			x.access[l.Fields["RequestHost"]] = l
		}
	}
	x.sync, x.issuance = newSyncer(x), newIssuance(x)
	return x
}

// looked reports whether facts of a kind were collected of a namespace, host or zone, so that absence means something. "" stands for what
// belongs to none, and for all namespaces.
func (x *index) looked(part facts.Part, where string) bool {
	if !x.s.Has(part) || (len(x.s.Within) > 0 && namespaced(part) && !slices.Contains(x.s.Within, where)) {
		return false
	}
	for _, e := range x.errors[part] {
		if e.Object == "" || e.Object == where || (strings.HasPrefix(e.Object, where+"/") && !strings.HasSuffix(e.Object, facts.PreviousRun)) {
			return false
		}
	}
	return true
}

func namespaced(part facts.Part) bool {
	switch part {
	case facts.Version, facts.Namespaces, facts.IngressClasses, facts.ClusterIssuers, facts.Webhooks, facts.Tokens, facts.Journal, facts.Provider,
		facts.DNS, facts.Probes:
		return false
	default:
		return true
	}
}

// zoneOf is the provider's zone that a host lies in, the closest one; nil for none.
func (x *index) zoneOf(host string) *facts.Zone {
	for rest, ok := host, true; ok; _, rest, ok = strings.Cut(rest, ".") {
		if zones := x.zones[rest]; len(zones) > 0 {
			return zones[0]
		}
	}
	return nil
}

// eventsOf lists the events of an object, newest first.
func (x *index) eventsOf(kind, namespace, name string) []*core.Event {
	return x.events[object(kind, namespace, name)]
}

func eventTime(e *core.Event) time.Time {
	switch {
	case !e.LastTimestamp.IsZero():
		return e.LastTimestamp.Time
	case !e.EventTime.IsZero():
		return e.EventTime.Time
	default:
		return e.CreationTimestamp.Time
	}
}

func nameOf(m *meta.ObjectMeta) name { return name{Namespace: m.Namespace, Name: m.Name} }

func ownerOf(m *meta.ObjectMeta, kind string) name {
	for _, o := range m.OwnerReferences {
		if o.Kind == kind {
			return name{Namespace: m.Namespace, Name: o.Name}
		}
	}
	return name{Namespace: m.Namespace}
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
