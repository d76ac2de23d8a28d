package explain

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge"
)

// wanted selects routes.
type wanted struct {
	host      string
	object    edge.Source // its namespace is empty until the context's own is known; no name for none
	all       bool
	namespace string // "" is any
}

// kinds are those of objects that a target may be, by the words that kubectl takes for them.
func kinds() map[string][]string {
	return map[string][]string{
		edge.Ingress:         {"ingress", "ingresses", "ing", "ingress.networking.k8s.io"},
		edge.HTTPRoute:       {"httproute", "httproutes", "httproute.gateway.networking.k8s.io"},
		edge.GRPCRoute:       {"grpcroute", "grpcroutes", "grpcroute.gateway.networking.k8s.io"},
		edge.TLSRoute:        {"tlsroute", "tlsroutes", "tlsroute.gateway.networking.k8s.io"},
		"Gateway":            {"gateway", "gateways", "gtw", "gateway.gateway.networking.k8s.io"},
		"ListenerSet":        {"listenerset", "listenersets", "lset"},
		edge.IngressRoute:    {"ingressroute", "ingressroutes", "ingressroute.traefik.io"},
		edge.IngressRouteTCP: {"ingressroutetcp", "ingressroutetcps", "ingressroutetcp.traefik.io"},
		edge.DNSEndpoint:     {"dnsendpoint", "dnsendpoints", "dnsendpoint.externaldns.k8s.io"},
		edge.Service:         {"service", "services", "svc"},
		"Certificate":        {"certificate", "certificates", "cert", "certs", "certificate.cert-manager.io"},
	}
}

// forms are what a target may be, for errors.
const forms = "a host, ingress/NAMESPACE/NAME (httproute, ingressroute, gateway, service, dnsendpoint and " +
	"certificate alike), or --all for every route"

// wanted reads the user's selection.
func (o Options) wanted() (wanted, error) {
	w := wanted{all: o.All, namespace: o.Namespace}
	switch {
	case o.All && o.Target != "":
		return w, fmt.Errorf("explain %q and --all: --all is every route already; leave out one of them", o.Target)
	case o.All:
		return w, nil
	case o.Target == "":
		return w, errors.New("no target; name what to explain: " + forms)
	}
	word, name, named := strings.Cut(o.Target, "/")
	if named {
		for kind, words := range kinds() {
			if slices.Contains(words, strings.ToLower(word)) {
				return w.of(kind, name)
			}
		}
	}
	w.host = strings.ToLower(strings.TrimSuffix(o.Target, "."))
	// RFC 1123 section 2.1, and an asterisk in front for what a route may have there.
	if !regexp.MustCompile(`^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]*[a-z0-9])?$`).MatchString(w.host) {
		return w, fmt.Errorf("%q is no host; give the name alone, as in develop.safeops.work, or an object: %s",
			o.Target, forms)
	}
	return w, nil
}

func (w wanted) of(kind, name string) (wanted, error) {
	lower := strings.ToLower(kind)
	namespace, rest, both := strings.Cut(name, "/")
	switch {
	case !both:
		w.object = edge.Source{Kind: kind, Namespace: w.namespace, Name: name}
	case w.namespace != "" && w.namespace != namespace:
		return w, fmt.Errorf("%s/%s names namespace %s, and -n names %s; leave out -n", lower, name, namespace, w.namespace)
	default:
		w.object = edge.Source{Kind: kind, Namespace: namespace, Name: rest}
	}
	if w.object.Name == "" || strings.Contains(w.object.Name, "/") || both && namespace == "" {
		return w, fmt.Errorf("%s/%s names no %s; give %s/NAMESPACE/NAME", lower, name, kind, lower)
	}
	return w, nil
}

// in puts an object without a namespace in the one that the context names.
func (w wanted) in(namespace string) wanted {
	if w.object.Name != "" && w.object.Namespace == "" {
		w.object.Namespace = namespace
	}
	return w
}

// choose picks from all routes those that are meant.
func (w wanted) choose(routes *diagnose.Explainer) ([]diagnose.Target, error) {
	targets := routes.Targets()
	if w.object.Name != "" {
		if out := routes.Find(w.object); len(out) > 0 {
			return out, nil
		}
		return nil, w.unknown(targets)
	}
	var out []diagnose.Target
	for _, t := range targets {
		if (w.namespace == "" || t.Ingress.Namespace == w.namespace) && (w.all || t.Host == w.host) {
			out = append(out, t)
		}
	}
	for _, t := range targets { // a host that only a wildcard covers
		suffix, wild := strings.CutPrefix(t.Host, "*")
		label, covered := strings.CutSuffix(w.host, suffix)
		if len(out) == 0 && wild && w.host != "" && covered && label != "" &&
			(!strings.Contains(label, ".") || t.Source().OfGateway()) && // Gateway API's wildcard is of many labels
			(w.namespace == "" || w.namespace == t.Ingress.Namespace) {
			return []diagnose.Target{diagnose.TargetOf(w.host, t.Source())}, nil
		}
	}
	if len(out) == 0 {
		return nil, w.unknown(targets)
	}
	return out, nil
}

// unknown is the error for a route that does not exist; it lists those that do.
func (w wanted) unknown(targets []diagnose.Target) error {
	where := ""
	if w.namespace != "" {
		where = " in namespace " + w.namespace
	}
	var there []string
	for _, t := range targets {
		line := t.Host
		if w.object.Name != "" {
			line = t.Source().Resource()
		}
		if !slices.Contains(there, line) {
			there = append(there, line)
		}
	}
	const most = 5
	remedy := "give a host or an object of: " + strings.Join(there[:min(len(there), most)], ", ")
	if len(there) > most {
		remedy += fmt.Sprintf(" … (%d; --all lists them)", len(there))
	}
	if len(there) == 0 {
		remedy = "no Ingress, HTTPRoute, IngressRoute, DNSEndpoint or annotated Service in the cluster has a host; is it " +
			"the right cluster? See kubectl get ingress,httproute -A"
	}
	switch {
	case w.all:
		return fmt.Errorf("explain every route: no route%s has a host; %s", where, remedy)
	case w.host != "":
		return fmt.Errorf("explain %s: no route%s has this host; %s", w.host, where, remedy)
	}
	return fmt.Errorf("explain %s: it is not there, or no route has it; %s", w.object, remedy)
}
