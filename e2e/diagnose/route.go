package diagnose

import (
	"slices"
	"strings"
	"time"

	acme "github.com/cert-manager/cert-manager/pkg/apis/acme/v1"
	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	networking "k8s.io/api/networking/v1"

	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

// route is one route under examination: the target with all of the snapshot that concerns it, looked up once. Anything may be nil.
type route struct {
	*index
	Target

	ingress *networking.Ingress
	rule    *networking.IngressRule // for the host
	block   *networking.IngressTLS  // that covers the host
	issuer  issuer                  // that the Certificate names, or else the Ingress

	secret      *facts.Secret            // that the block names
	certificate *certmanager.Certificate // that fills the Secret
	request     *certmanager.CertificateRequest
	order       *acme.Order
	challenge   *acme.Challenge // of the order, for this host

	// published are the addresses and names in the status of the Ingress; front is where the ingress controller listens.
	published []string
	address   string
	zone      *facts.Zone
	records   []record // at the host's own name
	answers   facts.Answers
	asked     bool // answers are there
	https     *probe.Report
	http      *probe.Report
	raw       *probe.Report // HTTPS at the controller's address, without DNS
	foreign   bool          // see servedElsewhere
	assumed   bool          // nobody said at which path the application answers

	credentials  []use  // see uses
	spoken       []sign // see credentialSigns
	used, signed bool

	compared *naming // see naming

	findings []found
}

// issuer is an Issuer or a ClusterIssuer, or a name without one.
type issuer struct {
	kind, namespace, name string
	config                *certmanager.IssuerConfig // nil when it is not there
	status                *certmanager.IssuerStatus
}

func (i issuer) String() string { return object(i.kind, i.namespace, i.name) }

// route looks up what concerns a target. The Ingress is found by its host when the target names none.
func (x *index) route(t Target) *route {
	t.Host = strings.ToLower(strings.TrimSuffix(t.Host, "."))
	if list := x.byHost[t.Host]; t.Ingress == (name{}) && len(list) > 0 {
		t.Ingress = nameOf(&list[0].ObjectMeta)
	}
	r := &route{index: x, Target: t, ingress: x.ingresses[t.Ingress], zone: x.zoneOf(t.Host), records: x.records[t.Host]}
	r.answers, r.asked = x.s.DNS[t.Host]
	probe := x.s.Probes[t.Host]
	r.https, r.http, r.raw, r.assumed = probe.HTTPS, probe.HTTP, probe.RawIP, probe.Assumed
	if addresses := x.frontAddresses(); len(addresses) > 0 {
		r.address = addresses[0]
	}
	if r.ingress == nil {
		return r
	}
	r.published = addressesOf(r.ingress.Status.LoadBalancer.Ingress, func(i networking.IngressLoadBalancerIngress) (string, string) { return i.IP, i.Hostname })
	for i := range r.ingress.Spec.Rules {
		if rule := &r.ingress.Spec.Rules[i]; r.rule == nil && (rule.Host == "" || covers(rule.Host, t.Host)) {
			r.rule = rule
		}
	}
	for i := range r.ingress.Spec.TLS {
		block := &r.ingress.Spec.TLS[i]
		if r.block == nil && slices.ContainsFunc(block.Hosts, func(h string) bool { return covers(h, t.Host) }) {
			r.block = block
		}
	}
	r.foreign = r.servedElsewhere()
	r.lookUpCertificate()
	return r
}

// lookUpCertificate follows Secret, Certificate, CertificateRequest, Order and Challenge, the newest of each.
func (r *route) lookUpCertificate() {
	kind, name := issuerOf(r.ingress)
	if r.block != nil {
		key := r.named(r.block.SecretName)
		r.secret = r.secrets[key]
		if list := r.certificates[key]; len(list) > 0 {
			r.certificate = list[0]
			kind, name = r.certificate.Spec.IssuerRef.Kind, r.certificate.Spec.IssuerRef.Name
		}
	}
	r.issuer = r.issuerNamed(kind, r.Ingress.Namespace, name)
	if r.certificate == nil {
		return
	}
	if list := r.requests[r.named(r.certificate.Name)]; len(list) > 0 {
		r.request = list[0]
	}
	if r.request == nil {
		return
	}
	if list := r.orders[r.named(r.request.Name)]; len(list) > 0 {
		r.order = list[0]
	}
	if r.order == nil {
		return
	}
	for _, c := range r.challenges[r.named(r.order.Name)] {
		if covers(c.Spec.DNSName, r.Host) || c.Spec.DNSName == strings.TrimPrefix(r.Host, "*.") || r.challenge == nil {
			r.challenge = c
		}
	}
}

// named is the name of an object in the namespace of the route.
func (r *route) named(n string) name { return name{Namespace: r.Ingress.Namespace, Name: n} }

// age is how long ago a moment was when the snapshot was taken.
func (r *route) age(t time.Time) time.Duration { return r.s.Time.Sub(t) }

// issuerNamed looks an issuer up.
func (x *index) issuerNamed(kind, namespace, n string) issuer {
	out := issuer{kind: kind, name: n}
	if n == "" {
		return issuer{}
	}
	if kind == certmanager.ClusterIssuerKind {
		if o := x.clusterIssuers[n]; o != nil {
			out.config, out.status = &o.Spec.IssuerConfig, &o.Status
		}
		return out
	}
	out.kind, out.namespace = certmanager.IssuerKind, namespace
	if o := x.issuers[name{Namespace: namespace, Name: n}]; o != nil {
		out.config, out.status = &o.Spec.IssuerConfig, &o.Status
	}
	return out
}

// issuerOf is the issuer that an Ingress names by annotation; "" for none.
func issuerOf(i *networking.Ingress) (kind, name string) {
	if n := i.Annotations[certmanager.IngressClusterIssuerNameAnnotationKey]; n != "" {
		return certmanager.ClusterIssuerKind, n
	}
	if n := i.Annotations[certmanager.IngressIssuerNameAnnotationKey]; n != "" {
		return certmanager.IssuerKind, n
	}
	return "", ""
}

func addressesOf[T any](list []T, of func(T) (ip, host string)) []string {
	var out []string
	for _, entry := range list {
		ip, host := of(entry)
		if ip == "" {
			ip = host
		}
		if ip != "" {
			out = append(out, ip)
		}
	}
	return out
}

// covers reports whether a name, as in a rule or a certificate, fits the host: a wildcard stands for exactly one label
// (RFC 6125 section 6.4.3).
func covers(name, host string) bool {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	if name == host {
		return true
	}
	parent, wild := strings.CutPrefix(name, "*.")
	label, rest, cut := strings.Cut(host, ".")
	return wild && cut && label != "" && rest == parent
}
