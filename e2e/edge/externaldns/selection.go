package externaldns

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/labels"

	"github.com/edgeproof/edgeproof/e2e/edge"
)

// The prefixes of annotations for external-dns: 0.22 changed the default without reading the former one (#6424).
const (
	LegacyPrefix = "external-dns.alpha.kubernetes.io/"
	StablePrefix = "external-dns.kubernetes.io/"
)

// Controller is the value of the annotation "controller" that does not leave an object to another program.
const Controller = "dns-controller"

// Selection says which objects external-dns looks at and how it reads them.
type Selection struct {
	// Prefix is that of its annotations, and Legacy says that it reads those of LegacyPrefix too.
	Prefix string
	Legacy bool

	sources          []string
	namespace        string
	classes          []string
	gateway          string // the name of the only Gateway
	gateways         string // the namespace of the only Gateways
	annotations      labels.Selector
	labels           labels.Selector
	annotationFilter string
	labelFilter      string
}

func readSelection(f flags, legacy bool) Selection {
	s := Selection{
		Legacy: f.on("enable-legacy-annotation-prefix"), sources: f.all("source"), namespace: f.last("namespace"),
		gateway: f.last("gateway-name"), gateways: f.last("gateway-namespace"),
		classes: f.all("ingress-class"), annotationFilter: f.last("annotation-filter"), labelFilter: f.last("label-filter"),
	}
	s.Prefix = f.or("annotation-prefix", StablePrefix)
	if legacy {
		s.Prefix = f.or("annotation-prefix", LegacyPrefix)
	}
	s.annotations, s.labels = selector(s.annotationFilter), selector(s.labelFilter)
	return s
}

// selector parses a filter; external-dns does not start with one that it cannot parse.
func selector(text string) labels.Selector {
	out, err := labels.Parse(text)
	if err != nil {
		return labels.Everything()
	}
	return out
}

// Annotation is what an object asks of external-dns under a key, as far as this external-dns reads it.
func (s Selection) Annotation(annotations map[string]string, key string) (string, bool) {
	value, ok := annotations[s.Prefix+key]
	if !ok && s.Legacy {
		value, ok = annotations[LegacyPrefix+key]
	}
	return value, ok
}

// Excludes says by which setting external-dns does not look at a route, "" when it does. The annotation
// "controller" of the route itself is not a setting: see LeftTo.
func (s Selection) Excludes(i *edge.Route) string {
	class := i.Class.Class
	switch {
	case !slices.Contains(s.sources, SourceOf(i.Kind)):
		return fmt.Sprintf("--source=%s has no %s", strings.Join(s.sources, ","), SourceOf(i.Kind))
	case s.namespace != "" && s.namespace != i.Namespace:
		return "--namespace=" + s.namespace
	case i.Kind == edge.Ingress && len(s.classes) > 0 && !slices.Contains(s.classes, class):
		return fmt.Sprintf("--ingress-class=%s, the Ingress is of class %q", strings.Join(s.classes, ","), class)
	case i.OfGateway() && s.gateway != "" && (i.Listener == nil || i.Listener.Name != s.gateway):
		return "--gateway-name=" + s.gateway
	case i.OfGateway() && s.gateways != "" && (i.Listener == nil || i.Listener.Namespace != s.gateways):
		return "--gateway-namespace=" + s.gateways
	case s.annotations != nil && !s.annotations.Matches(labels.Set(i.Annotations)):
		return "--annotation-filter=" + s.annotationFilter
	case s.labels != nil && !s.labels.Matches(labels.Set(i.Labels)):
		return "--label-filter=" + s.labelFilter
	}
	return ""
}

// LeftTo is the program that an object leaves its records to, "" when it leaves them to external-dns.
func (s Selection) LeftTo(annotations map[string]string) string {
	if program, ok := s.Annotation(annotations, "controller"); ok && program != Controller {
		return program
	}
	return ""
}

// Targets are those that an object asks for in place of its own addresses; false when it asks for none.
func (s Selection) Targets(annotations map[string]string) ([]string, bool) {
	text, ok := s.Annotation(annotations, "target")
	if !ok {
		return nil, false
	}
	var out []string
	for target := range strings.SplitSeq(text, ",") {
		if target = strings.TrimSuffix(strings.TrimSpace(target), "."); target != "" {
			out = append(out, target)
		}
	}
	return out, true
}

// The annotation by which an Ingress says where its hosts are read from, and the two values that it may have, in any
// case. Another value is no error: external-dns then publishes no host of the Ingress (source/ingress.go, 0.14 to
// 0.23).
const (
	HostnameSource   = "ingress-hostname-source"
	annotationOnly   = "annotation-only"
	definedHostsOnly = "defined-hosts-only"
)

// HostNotRead says why external-dns does not take a host from an Ingress that has it among its rules or TLS blocks, ""
// when it does.
func (s Selection) HostNotRead(i *edge.Route, host string) string {
	value, ok := s.Annotation(i.Annotations, HostnameSource)
	if !ok || i.Kind != edge.Ingress {
		return ""
	}
	switch strings.ToLower(value) {
	case definedHostsOnly:
		return ""
	case annotationOnly:
	default:
		return fmt.Sprintf("it is neither %s nor %s, so no host of the Ingress is read", annotationOnly, definedHostsOnly)
	}
	hosts, ok := s.Annotation(i.Annotations, "hostname")
	if !ok {
		return "the annotation hostname is not there, which alone would be read"
	}
	for name := range strings.SplitSeq(hosts, ",") {
		if strings.EqualFold(plain(strings.TrimSpace(name)), plain(host)) {
			return ""
		}
	}
	return fmt.Sprintf("the annotation hostname, which alone is read, is %q", hosts)
}
