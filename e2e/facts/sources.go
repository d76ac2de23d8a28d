package facts

import (
	"context"
	"fmt"
	"time"

	acme "github.com/cert-manager/cert-manager/pkg/apis/acme/v1"
	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	admission "k8s.io/api/admissionregistration/v1"
	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	discovery "k8s.io/api/discovery/v1"
	networking "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/edgeproof/edgeproof/e2e/probe"
	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// Sources are where facts come from.
type Sources struct {
	Kube client.Reader
	// Clientset serves what is no object: logs and the version.
	Clientset kubernetes.Interface
	// Internet is the world around the cluster; nil when it cannot be reached, which the snapshot then records.
	Internet Internet
}

// Internet is the world around the cluster, as far as facts need it: the DNS provider, the DNS, a client out
// there, and its memory. Its methods return an error only when no answer was obtained.
type Internet interface {
	// Zones lists the zones, without records, that the provider shows to whoever has the credential. A provider
	// that shows all of them to anybody takes the zero Credential too.
	Zones(ctx context.Context, with Credential) ([]Zone, error)
	// Records lists the records of a zone, by name.
	Records(ctx context.Context, with Credential, zone string) ([]Record, error)
	// Try finds out what a credential is able to do, by reading only. Of the Token it fills Status and what follows.
	Try(ctx context.Context, c Credential) (Token, error)
	// Lookup queries the records of a name, of one type ("A", "TXT"), at a name server of its zone or at a public
	// resolver.
	Lookup(ctx context.Context, at Server, name, qtype string) (Answer, error)
	// Probe sends a request as a client on the internet.
	Probe(ctx context.Context, req probe.Request) (probe.Report, error)
	// Journal returns what the world saw since a time, at most so many entries, the newest, in their order; nil
	// when it keeps none.
	Journal(ctx context.Context, since time.Time, most int) ([]api.JournalEntry, error)
}

// Server is the kind of DNS server to query.
type Server string

// The two whom a question can go to.
const (
	Authority Server = "authority"
	Resolver  Server = "resolver"
)

// Connect makes the Kubernetes sources of a cluster. Nothing is sent before Collect.
func Connect(config *rest.Config, internet Internet) (Sources, error) {
	config = rest.CopyConfig(config)
	if config.QPS == 0 {
		config.QPS, config.Burst = 100, 200 // one snapshot is some twenty requests at once
	}
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		core.AddToScheme, apps.AddToScheme, networking.AddToScheme, discovery.AddToScheme, admission.AddToScheme,
		certmanager.AddToScheme, acme.AddToScheme,
	} {
		if err := add(scheme); err != nil {
			return Sources{}, fmt.Errorf("connect facts: register types: %w", err)
		}
	}
	transport, err := rest.HTTPClientFor(config)
	if err != nil {
		return Sources{}, fmt.Errorf("connect facts to %s: %w", config.Host, err)
	}
	kube, err := client.New(config, client.Options{HTTPClient: transport, Scheme: scheme, Mapper: kinds()})
	if err != nil {
		return Sources{}, fmt.Errorf("connect facts to %s: %w", config.Host, err)
	}
	clientset, err := kubernetes.NewForConfigAndClient(config, transport)
	if err != nil {
		return Sources{}, fmt.Errorf("connect facts to %s: %w", config.Host, err)
	}
	return Sources{Kube: kube, Clientset: clientset, Internet: internet}, nil
}

// kinds maps the kinds that are read to their resources. They are few and known, so no discovery is needed, and
// a missing CRD is reported by the list request that fails.
func kinds() meta.RESTMapper {
	m := meta.NewDefaultRESTMapper(nil)
	add := func(gv schema.GroupVersion, scope meta.RESTScope, kinds ...string) {
		for _, kind := range kinds {
			m.Add(gv.WithKind(kind), scope)
		}
	}
	add(core.SchemeGroupVersion, meta.RESTScopeRoot, "Namespace", "Node")
	add(core.SchemeGroupVersion, meta.RESTScopeNamespace, "Pod", "Service", "Secret", "Event", "ConfigMap",
		"ResourceQuota")
	add(apps.SchemeGroupVersion, meta.RESTScopeNamespace, "Deployment", "DaemonSet", "StatefulSet")
	add(discovery.SchemeGroupVersion, meta.RESTScopeNamespace, "EndpointSlice")
	add(networking.SchemeGroupVersion, meta.RESTScopeRoot, "IngressClass")
	add(networking.SchemeGroupVersion, meta.RESTScopeNamespace, "Ingress", "NetworkPolicy")
	add(admission.SchemeGroupVersion, meta.RESTScopeRoot, "MutatingWebhookConfiguration",
		"ValidatingWebhookConfiguration")
	add(certmanager.SchemeGroupVersion, meta.RESTScopeRoot, "ClusterIssuer")
	add(certmanager.SchemeGroupVersion, meta.RESTScopeNamespace, "Issuer", "Certificate", "CertificateRequest")
	add(acme.SchemeGroupVersion, meta.RESTScopeNamespace, "Order", "Challenge")
	for _, e := range extensions() {
		scope := meta.RESTScope(meta.RESTScopeNamespace)
		if e.clustered {
			scope = meta.RESTScopeRoot
		}
		for _, version := range e.versions {
			gv := schema.GroupVersion{Group: e.group, Version: version}
			plural := gv.WithResource(e.plural())
			m.AddSpecific(gv.WithKind(e.kind), plural, plural, scope)
		}
	}
	return m
}
