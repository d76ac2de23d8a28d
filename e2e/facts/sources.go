package facts

import (
	"context"
	"fmt"

	acme "github.com/cert-manager/cert-manager/pkg/apis/acme/v1"
	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
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

	"github.com/edgeproof/edgeproof/mocks/outside"
)

// Sources are where facts come from.
type Sources struct {
	Kube client.Reader
	// Clientset serves what is no object: logs and the version.
	Clientset kubernetes.Interface
	// Internet is the world around the cluster; nil when it cannot be asked, which the snapshot then says.
	Internet Internet
}

// Internet is the world around the cluster, as far as facts need it: the DNS provider, the DNS, and a client out there.
type Internet interface {
	// Zones lists the provider's zones, without records.
	Zones(ctx context.Context) ([]Zone, error)
	// Records lists the records of a zone.
	Records(ctx context.Context, zone string) ([]Record, error)
	// Lookup asks for the addresses of a host, at a name server of its zone or at a public resolver. The error tells only of not
	// being able to ask.
	Lookup(ctx context.Context, at Server, host string) (Answer, error)
	// Probe asks as a client on the internet. The error tells only of not being able to ask.
	Probe(ctx context.Context, req outside.Request) (outside.Report, error)
}

// Server is who is asked.
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
		core.AddToScheme, apps.AddToScheme, networking.AddToScheme, discovery.AddToScheme, certmanager.AddToScheme, acme.AddToScheme,
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

// kinds maps the kinds that are read to their resources. They are few and known, so no discovery is asked for, and a missing CRD is
// told by the list that meets it.
func kinds() meta.RESTMapper {
	m := meta.NewDefaultRESTMapper(nil)
	add := func(gv schema.GroupVersion, scope meta.RESTScope, kinds ...string) {
		for _, kind := range kinds {
			m.Add(gv.WithKind(kind), scope)
		}
	}
	add(core.SchemeGroupVersion, meta.RESTScopeRoot, "Namespace")
	add(core.SchemeGroupVersion, meta.RESTScopeNamespace, "Pod", "Service", "Secret", "Event")
	add(apps.SchemeGroupVersion, meta.RESTScopeNamespace, "Deployment")
	add(discovery.SchemeGroupVersion, meta.RESTScopeNamespace, "EndpointSlice")
	add(networking.SchemeGroupVersion, meta.RESTScopeRoot, "IngressClass")
	add(networking.SchemeGroupVersion, meta.RESTScopeNamespace, "Ingress")
	add(certmanager.SchemeGroupVersion, meta.RESTScopeRoot, "ClusterIssuer")
	add(certmanager.SchemeGroupVersion, meta.RESTScopeNamespace, "Issuer", "Certificate", "CertificateRequest")
	add(acme.SchemeGroupVersion, meta.RESTScopeNamespace, "Order", "Challenge")
	return m
}
