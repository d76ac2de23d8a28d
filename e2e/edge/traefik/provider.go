package traefik

import (
	"cmp"
	"strings"

	networking "k8s.io/api/networking/v1"

	"github.com/edgeproof/edgeproof/e2e/edge/ingressclass"
)

// Provider is one of Traefik's providers of Kubernetes, by the name that its log gives it.
type Provider string

// The providers.
const (
	OfIngress Provider = "kubernetes"             // Ingress
	OfNGINX   Provider = "kubernetesingressnginx" // Ingress, as ingress-nginx reads it
	OfCRD     Provider = "kubernetescrd"          // Traefik's own kinds
	OfGateway Provider = "kubernetesgateway"      // Gateway API
)

// nginxController is what an IngressClass of ingress-nginx names as its controller.
const nginxController = "k8s.io/ingress-nginx"

// Section is that of a provider in the static configuration.
func (p Provider) Section() string {
	if p == OfIngress {
		return "providers.kubernetesingress"
	}
	return "providers." + string(p)
}

// Provides reports whether a provider is switched on.
func (c Config) Provides(p Provider) bool { return c.on(p.Section()) }

// ProviderOf is the provider that takes an Ingress of a class, "" for none.
func (c Config) ProviderOf(name ingressclass.Name, class *networking.IngressClass) Provider {
	switch {
	case c.nginxTakes(name, class):
		return OfNGINX
	case c.refusedByClass(name, class) == Taken:
		return OfIngress
	}
	return ""
}

// nginxTakes reports whether the ingress-nginx provider takes an Ingress
// (pkg/provider/kubernetes/ingress-nginx, shouldProcessIngress).
func (c Config) nginxTakes(name ingressclass.Name, class *networking.IngressClass) bool {
	if !c.Provides(OfNGINX) {
		return false
	}
	setting := func(key string) string { return c.Value(OfNGINX.Section() + "." + key) }
	switch {
	case name.Class == "":
		return setting("watchingresswithoutclass") == "true"
	case name.Annotated:
		return name.Class == cmp.Or(setting("ingressclass"), "nginx")
	case setting("ingressclassbyname") == "true" && name.Class == cmp.Or(setting("ingressclass"), "nginx"):
		return true
	}
	return class != nil && class.Spec.Controller == cmp.Or(setting("controllerclass"), nginxController)
}

// AllowsExternalName reports whether a provider takes Services of type ExternalName.
func (c Config) AllowsExternalName(p Provider) bool {
	if p == OfNGINX {
		return c.Value(p.Section()+".disablesvcexternalname") != "true"
	}
	return c.Value(p.Section()+".allowexternalnameservices") == "true"
}

// RouterOf is how Traefik names the routers of an Ingress for a host, in part: entry points may stand before, and
// paths and the provider behind (provider.Normalize).
func RouterOf(namespace, name, host string) string {
	return strings.Join(strings.FieldsFunc(namespace+"-"+name+"-"+host, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	}), "-")
}

// Named is an object of Traefik's own kinds as an annotation names it: "shop-auth@kubernetescrd".
type Named struct {
	Qualified string // what stands before the @: namespace and name
	Provider  Provider
}

// Names reads the value of an annotation that names objects.
func Names(annotation string) []Named {
	var out []Named
	for word := range strings.SplitSeq(annotation, ",") {
		if word = strings.TrimSpace(word); word == "" {
			continue
		}
		name, provider, _ := strings.Cut(word, "@")
		out = append(out, Named{name, Provider(provider)})
	}
	return out
}

func (n Named) String() string {
	if n.Provider == "" {
		return n.Qualified
	}
	return n.Qualified + "@" + string(n.Provider)
}
