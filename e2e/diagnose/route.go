package diagnose

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	acme "github.com/cert-manager/cert-manager/pkg/apis/acme/v1"
	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/edgeproof/edgeproof/e2e/edge"
	cm "github.com/edgeproof/edgeproof/e2e/edge/certmanager"
	"github.com/edgeproof/edgeproof/e2e/edge/gateway"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

// Proxied reports whether the name leads to the provider's proxy: by the record, or where no record is to be seen by
// external-dns's configuration and by the server that answers.
func (r *Route) Proxied() bool {
	if r.Index.Looked(facts.Provider, r.ZoneName()) && r.Zone != nil {
		return slices.ContainsFunc(r.Records, func(rec Record) bool { return rec.Proxied && rec.HoldsAddress() })
	}
	asked, _ := r.ToBeProxied()
	return asked ||
		r.HTTPS != nil && r.HTTPS.HTTP != nil && strings.EqualFold(r.HTTPS.HTTP.Headers["Server"], "cloudflare")
}

// ZoneName is the name of the zone that the provider has for the host, "" for none.
func (r *Route) ZoneName() string {
	if r.Zone == nil {
		return ""
	}
	return r.Zone.Name
}

// ToBeProxied is whether external-dns is to proxy the host's record, and what says so.
func (r *Route) ToBeProxied() (bool, string) {
	if r.Source != nil {
		if text, ok := r.Sync.Annotation(r.Source, "cloudflare-proxied"); ok {
			wanted, _ := strconv.ParseBool(text) // as external-dns reads it
			return wanted, fmt.Sprintf("annotation %scloudflare-proxied: %q", r.Sync.Config.Selection.Prefix, text)
		}
	}
	if r.Sync.Config.Proxied {
		return true, "flag --cloudflare-proxied"
	}
	return false, "neither annotation nor flag requests the proxy"
}

// Route is one route under examination: the target with all of the snapshot that concerns it, looked up once.
// Anything may be nil.
type Route struct {
	Index *Index
	Target

	Sync    *Syncer  // the external-dns that publishes it
	Traefik *Traefik // the ingress controller that serves it

	Source  *edge.Route
	Gateway *gateway.Route // what is known of it beside; nil unless it is of Gateway API
	Rule    *edge.Rule     // for the host
	Block   *edge.TLS      // that covers the host
	Issuer  Issuer         // that the Certificate names, or else the Ingress

	Secret      *facts.Secret            // that the block names
	Certificate *certmanager.Certificate // that fills the Secret
	Request     *certmanager.CertificateRequest
	Order       *acme.Order
	Challenge   *acme.Challenge // of the order, for this host

	Published []string // addresses and names in the status of the Ingress
	Address   string   // where the ingress controller listens
	Zone      *facts.Zone
	Records   []Record // at the host's own name
	Answers   facts.Answers
	Asked     bool // answers are there
	HTTPS     *probe.Report
	HTTP      *probe.Report
	RawIP     *probe.Report // HTTPS at the controller's address, without DNS
	Foreign   bool          // see servedElsewhere
	Assumed   bool          // the application's path was not given

	memo []any // see once

	sections []Section // of the chain
	running  *step     // the rule that looks at the route, nil for none
	findings []found
}

// Once is the value of type T of a route, computed the first time that it is asked for.
func Once[T any](r *Route, compute func(*Route) T) T {
	for _, m := range r.memo {
		if value, ok := m.(T); ok {
			return value
		}
	}
	value := compute(r)
	r.memo = append(r.memo, value)
	return value
}

// Issuer is an Issuer or a ClusterIssuer, or a name without one.
type Issuer struct {
	Kind, Namespace, Name string
	Group                 string                    // of an external issuer, "" for cert-manager's own
	Config                *certmanager.IssuerConfig // nil when it is not there
	Status                *certmanager.IssuerStatus
}

func (i Issuer) String() string { return Object(i.Kind, i.Namespace, i.Name) }

// route looks up what concerns a target. The Ingress is found by its host when the target names none.
func (x *Index) route(t Target) *Route {
	t.Host = strings.ToLower(strings.TrimSuffix(t.Host, "."))
	if t.Ingress == (types.NamespacedName{}) {
		if route := x.having(t.Host); route != nil {
			t = TargetOf(t.Host, route.Source)
		}
	}
	r := &Route{
		Index:   x,
		Target:  t,
		Source:  x.ByName[t.Source()],
		Zone:    x.zoneOf(t.Host),
		Records: x.Records[t.Host],
	}
	r.Answers, r.Asked = x.Snapshot.DNS[t.Host]
	probe := x.Snapshot.Probes[t.Host]
	r.HTTPS, r.HTTP, r.RawIP, r.Assumed = probe.HTTPS, probe.HTTP, probe.RawIP, probe.Assumed
	r.Sync, r.Traefik = x.syncerOf(r), x.traefikOf(r.Source)
	if addresses := r.Traefik.Addresses(); len(addresses) > 0 {
		r.Address = addresses[0]
	}
	if r.Source == nil {
		return r
	}
	if r.Published = r.Source.PublishedFor(t.Host); r.Source.OfTraefik() {
		r.Published = r.Traefik.Addresses() // no status says so
	}
	r.Gateway = x.Gateways.Route(r.Source.Source)
	r.Rule, r.Block = r.Source.RuleFor(t.Host), r.Source.TLSFor(t.Host)
	r.Foreign = r.servedElsewhere()
	r.lookUpCertificate()
	return r
}

// lookUpCertificate follows Secret, Certificate, CertificateRequest, Order and Challenge, the newest of each.
func (r *Route) lookUpCertificate() {
	issuer := r.Source.Issuer()
	if r.Block != nil {
		key := r.Source.SecretName(r.Block)
		r.Secret = r.Index.Secrets[key]
		if list := r.Index.Certificates[key]; len(list) > 0 {
			r.Certificate = list[0]
			issuer = cm.Ref(r.Certificate.Spec.IssuerRef)
		}
	}
	asking := r.Source.AskedBy().Namespace
	if r.Certificate != nil {
		asking = r.Certificate.Namespace
	}
	if r.Issuer = r.Index.IssuerNamed(issuer.Kind, asking, issuer.Name); !issuer.Own() {
		r.Issuer = Issuer{Kind: issuer.Kind, Name: issuer.Name, Group: issuer.Group}
	}
	issuance := r.Index.issued.Of(r.Certificate)
	r.Request, r.Order = issuance.Request, issuance.Order
	for _, c := range issuance.Challenges {
		if edge.Covers(c.Spec.DNSName, r.Host) || c.Spec.DNSName == strings.TrimPrefix(r.Host, "*.") ||
			r.Challenge == nil {
			r.Challenge = c
		}
	}
}

// Named is the name of an object in the namespace of the route.
func (r *Route) Named(n string) types.NamespacedName {
	return types.NamespacedName{Namespace: r.Ingress.Namespace, Name: n}
}

// Part is the part of the facts that the object of the route belongs to.
func (r *Route) Part() facts.Part { return facts.RoutePart(r.Target.Source().Kind) }

// Held is the name of the Secret of the route's certificate; its namespace alone where the route names none.
func (r *Route) Held() types.NamespacedName {
	if r.Block == nil {
		return types.NamespacedName{Namespace: r.Ingress.Namespace}
	}
	return r.Source.SecretName(r.Block)
}

// Age is how long ago a moment was when the snapshot was taken.
func (r *Route) Age(t time.Time) time.Duration { return r.Index.Snapshot.Time.Sub(t) }

// IssuerNamed looks an issuer up.
func (x *Index) IssuerNamed(kind, namespace, n string) Issuer {
	out := Issuer{Kind: kind, Name: n}
	if n == "" {
		return Issuer{}
	}
	if kind == certmanager.ClusterIssuerKind {
		if o := x.ClusterIssuers[n]; o != nil {
			out.Config, out.Status = &o.Spec.IssuerConfig, &o.Status
		}
		return out
	}
	out.Kind, out.Namespace = certmanager.IssuerKind, namespace
	if o := x.Issuers[types.NamespacedName{Namespace: namespace, Name: n}]; o != nil {
		out.Config, out.Status = &o.Spec.IssuerConfig, &o.Status
	}
	return out
}

// IssuerOf is the issuer that a route names by annotation; "" for none.
func IssuerOf(r *edge.Route) (kind, name string) {
	issuer := r.Issuer()
	return issuer.Kind, issuer.Name
}
