package traefik

import (
	"strings"

	networking "k8s.io/api/networking/v1"

	"github.com/edgeproof/edgeproof/e2e/edge/ingressclass"
)

// The annotations of an Ingress that bind its routers.
const (
	EntryPointsAnnotation = "traefik.ingress.kubernetes.io/router.entrypoints"
	TLSAnnotation         = "traefik.ingress.kubernetes.io/router.tls"
	MiddlewaresAnnotation = "traefik.ingress.kubernetes.io/router.middlewares"
	OptionsAnnotation     = "traefik.ingress.kubernetes.io/router.tls.options"
	// TransportAnnotation and SchemeAnnotation are those of a Service.
	TransportAnnotation = "traefik.ingress.kubernetes.io/service.serverstransport"
	SchemeAnnotation    = "traefik.ingress.kubernetes.io/service.serversscheme"
)

// Refusal says why Traefik does not take an Ingress by its class.
type Refusal int

// The refusals.
const (
	Taken           Refusal = iota // it takes it, as far as the class goes
	Filtered                       // the filter of its configuration names another class
	NoSuchClass                    // the annotation names a class that does not exist
	OtherController                // the class belongs to another controller
)

// Refuses says why no provider of Traefik takes an Ingress of a class that is named, of which the object is given, nil
// for none.
func (c Config) Refuses(name ingressclass.Name, class *networking.IngressClass) Refusal {
	if c.nginxTakes(name, class) {
		return Taken
	}
	return c.refusedByClass(name, class)
}

// refusedByClass is what the provider of Ingress says (pkg/provider/kubernetes/ingress, shouldProcessIngress).
func (c Config) refusedByClass(name ingressclass.Name, class *networking.IngressClass) Refusal {
	filter := c.Value(OnlyClass)
	switch {
	case name.Class == "":
		return Taken
	case filter != "" && name.Class != filter:
		return Filtered
	case name.Annotated && class == nil && name.Class != Class && name.Class != filter:
		return NoSuchClass
	case class != nil && class.Spec.Controller != Controller:
		return OtherController
	}
	return Taken
}

// EntryPointsOf are the entry points that annotations bind a router to; nil for all.
func EntryPointsOf(annotations map[string]string) []string {
	return listed(strings.ToLower(annotations[EntryPointsAnnotation]))
}

// MiddlewaresOf are the middlewares, with their providers, that annotations put before a router.
func MiddlewaresOf(annotations map[string]string) []string {
	return listed(annotations[MiddlewaresAnnotation])
}

func listed(text string) []string {
	var out []string
	for n := range strings.SplitSeq(text, ",") {
		if n = strings.TrimSpace(n); n != "" {
			out = append(out, n)
		}
	}
	return out
}

// TLSOnly reports whether annotations make a router speak TLS alone.
func TLSOnly(annotations map[string]string) bool { return annotations[TLSAnnotation] == "true" }
