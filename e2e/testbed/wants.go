package testbed

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	certmanagerv1 "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	"golang.org/x/net/publicsuffix"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/facts"
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
	c := collector{tokens: map[SecretKey]bool{}, zones: map[string]bool{}, hosts: map[string]bool{}}
	for _, b := range bundles {
		for _, o := range b.Objects() {
			if err := c.object(o); err != nil {
				return Wants{}, fmt.Errorf("%s: %w", o.Source, err)
			}
		}
	}
	// ClusterIssuers read Secrets in the namespace of the controller, which may be rendered after them.
	for _, ref := range c.cluster {
		c.tokens[SecretKey{Namespace: c.controllerNamespace(), Name: ref.Name, Key: ref.Key}] = true
	}
	if len(c.zones) == 0 {
		for host := range c.hosts {
			domain, err := publicsuffix.EffectiveTLDPlusOne(strings.TrimPrefix(host, "*."))
			if err != nil {
				return Wants{}, fmt.Errorf("zone of host %s: %w", host, err)
			}
			c.zones[domain] = true
		}
	}
	w := Wants{}
	for token := range c.tokens {
		w.Tokens = append(w.Tokens, token)
	}
	for zone := range c.zones {
		w.Zones = append(w.Zones, zone)
	}
	sort.Slice(w.Tokens, func(a, b int) bool { return w.Tokens[a].String() < w.Tokens[b].String() })
	sort.Strings(w.Zones)
	return w, nil
}

type collector struct {
	tokens     map[SecretKey]bool
	zones      map[string]bool
	hosts      map[string]bool
	cluster    []SecretKey // named by ClusterIssuers; their namespace is the controller's
	controller string
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
	case "Deployment":
		var deployment appsv1.Deployment
		if err := convert(&deployment); err != nil {
			return err
		}
		c.deployment(&deployment)
	case "Ingress":
		var ingress networkingv1.Ingress
		if err := convert(&ingress); err != nil {
			return err
		}
		for _, rule := range ingress.Spec.Rules {
			if rule.Host != "" {
				c.hosts[rule.Host] = true
			}
		}
	}
	return nil
}

func (c *collector) issuer(namespaced bool, issuer certmanagerv1.ClusterIssuer) {
	if issuer.Spec.ACME == nil {
		return
	}
	for _, solver := range issuer.Spec.ACME.Solvers {
		if solver.DNS01 == nil || solver.DNS01.Cloudflare == nil || solver.DNS01.Cloudflare.APIToken == nil {
			continue
		}
		ref := SecretKey{Namespace: issuer.Namespace, Name: solver.DNS01.Cloudflare.APIToken.Name, Key: solver.DNS01.Cloudflare.APIToken.Key}
		if namespaced {
			c.tokens[ref] = true
		} else {
			c.cluster = append(c.cluster, ref)
		}
	}
}

func (c *collector) deployment(d *appsv1.Deployment) {
	for _, container := range d.Spec.Template.Spec.Containers {
		if strings.Contains(container.Image, "cert-manager-controller") {
			c.controller = d.Namespace
		}
	}
	if facts.ComponentOf(d.Spec.Template.Spec) != facts.ExternalDNS || !slices.Contains(facts.Args(d, "provider"), "cloudflare") {
		return
	}
	for _, container := range d.Spec.Template.Spec.Containers {
		c.externalDNS(d.Namespace, container)
	}
	for _, zone := range facts.Args(d, "domain-filter") {
		if zone != "" {
			c.zones[zone] = true
		}
	}
}

// externalDNS reads which Secret external-dns's container takes its token from.
func (c *collector) externalDNS(namespace string, container corev1.Container) {
	for _, env := range container.Env {
		if env.Name == "CF_API_TOKEN" && env.ValueFrom != nil && env.ValueFrom.SecretKeyRef != nil {
			ref := env.ValueFrom.SecretKeyRef
			c.tokens[SecretKey{Namespace: namespace, Name: ref.Name, Key: ref.Key}] = true
		}
	}
}
