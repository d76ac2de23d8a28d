package testbed

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	certmanagerv1 "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	"golang.org/x/net/publicsuffix"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/sets"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/edge/certmanager"
	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
)

// SecretKey is one key of one Secret.
type SecretKey struct {
	Namespace, Name, Key string
}

func (k SecretKey) String() string {
	return fmt.Sprintf("Secret %s/%s key %s", k.Namespace, k.Name, k.Key)
}

// Wants is what a bundle takes for granted and an operator provides by hand: the token Secrets that its objects name,
// and the zones that it manages.
type Wants struct {
	Tokens []SecretKey
	Zones  []string
}

// WantsOf reads what the rendered bundles want. Zones are those that external-dns is restricted to; where it is not,
// the registrable domains of the ingress hosts.
func WantsOf(bundles ...*bundle.Bundle) (Wants, error) {
	c := collector{
		tokens: sets.New[SecretKey](), zones: sets.New[string](), hosts: sets.New[string](),
		environment: externaldns.Sources{
			ConfigMaps: map[types.NamespacedName]map[string]string{}, SecretKeys: map[types.NamespacedName][]string{},
		},
	}
	for _, b := range bundles {
		for _, o := range b.Objects() {
			if err := c.object(o); err != nil {
				return Wants{}, fmt.Errorf("%s: %w", o.Source, err)
			}
		}
	}
	for _, w := range c.workloads { // what they take from a ConfigMap may be rendered after them
		c.externalDNS(w.namespace, w.pod)
	}
	// ClusterIssuers read Secrets in the namespace of the controller, which may be rendered after them.
	for _, ref := range c.cluster {
		c.tokens.Insert(SecretKey{Namespace: c.controllerNamespace(), Name: ref.Name, Key: ref.Key})
	}
	if len(c.zones) == 0 {
		for host := range c.hosts {
			// A host without a registrable domain is in no zone; what judges it finds that it does not resolve.
			if domain, err := publicsuffix.EffectiveTLDPlusOne(strings.TrimPrefix(host, "*.")); err == nil {
				c.zones.Insert(domain)
			}
		}
	}
	tokens := c.tokens.UnsortedList()
	slices.SortFunc(tokens, func(a, b SecretKey) int { return strings.Compare(a.String(), b.String()) })
	return Wants{Tokens: tokens, Zones: sets.List(c.zones)}, nil
}

type collector struct {
	tokens     sets.Set[SecretKey]
	zones      sets.Set[string]
	hosts      sets.Set[string]
	cluster    []SecretKey // named by ClusterIssuers; their namespace is the controller's
	controller string

	workloads   []workload
	environment externaldns.Sources
}

// workload is what is read of a Deployment, a StatefulSet or a DaemonSet.
type workload struct {
	namespace string
	pod       corev1.PodSpec
}

func (c *collector) controllerNamespace() string {
	if c.controller == "" {
		return "cert-manager"
	}
	return c.controller
}

func (c *collector) object(o bundle.Object) error {
	convert := func(into any) error {
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, into); err != nil {
			return fmt.Errorf("read %s %s: %w", o.GetKind(), o.GetName(), err)
		}
		return nil
	}
	switch o.GetKind() {
	case "ClusterIssuer", "Issuer":
		var issuer certmanagerv1.ClusterIssuer // an Issuer has the same spec
		if err := convert(&issuer); err != nil {
			return err
		}
		c.issuer(o.GetKind() == "Issuer", issuer)
	case "Deployment", "StatefulSet", "DaemonSet":
		var typed struct {
			Spec struct {
				Template corev1.PodTemplateSpec `json:"template"`
			} `json:"spec"`
		}
		if err := convert(&typed); err != nil {
			return err
		}
		c.workload(workload{o.GetNamespace(), typed.Spec.Template.Spec})
	case "ConfigMap":
		data, _, err := unstructured.NestedStringMap(o.Object, "data")
		if err != nil {
			return fmt.Errorf("read ConfigMap %s: %w", o.GetName(), err)
		}
		c.environment.ConfigMaps[client.ObjectKeyFromObject(o.Unstructured)] = data
	case "Secret":
		for _, field := range []string{"data", "stringData"} {
			data, _, _ := unstructured.NestedMap(o.Object, field)
			name := client.ObjectKeyFromObject(o.Unstructured)
			c.environment.SecretKeys[name] = slices.AppendSeq(c.environment.SecretKeys[name], maps.Keys(data))
		}
	case "Ingress":
		var ingress networkingv1.Ingress
		if err := convert(&ingress); err != nil {
			return err
		}
		for _, rule := range ingress.Spec.Rules {
			if rule.Host != "" {
				c.hosts.Insert(rule.Host)
			}
		}
	}
	return nil
}

func (c *collector) issuer(namespaced bool, issuer certmanagerv1.ClusterIssuer) {
	for _, credential := range certmanager.Credentials(issuer.Spec.ACME) {
		if credential.Global {
			continue
		}
		ref := SecretKey{Namespace: issuer.Namespace, Name: credential.Secret, Key: credential.Key}
		if namespaced {
			c.tokens.Insert(ref)
		} else {
			c.cluster = append(c.cluster, ref)
		}
	}
}

func (c *collector) workload(w workload) {
	for _, container := range w.pod.Containers {
		if strings.Contains(container.Image, "cert-manager-controller") {
			c.controller = w.namespace
		}
	}
	c.workloads = append(c.workloads, w)
}

// externalDNS reads which Secret external-dns takes its token from, and which zones it is restricted to.
func (c *collector) externalDNS(namespace string, pod corev1.PodSpec) {
	config, ok := externaldns.Read(namespace, pod, c.environment)
	if !ok || config.Provider != "cloudflare" {
		return
	}
	for _, zone := range config.Filter.Zones() {
		c.zones.Insert(zone)
	}
	for _, credential := range config.Credentials {
		if !credential.Plain() && !credential.Global() { // a global key is a user's, none is minted
			at := credential.Secret
			c.tokens.Insert(SecretKey{Namespace: at.Namespace, Name: at.Name, Key: at.Key})
			return // the first that holds something counts
		}
	}
}
