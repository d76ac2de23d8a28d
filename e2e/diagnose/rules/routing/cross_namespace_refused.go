package routing

import (
	"fmt"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/traefik"
)

const crossNamespace diagnose.Code = "cross-namespace-refused"

func crossNamespaceRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code: crossNamespace,
		Meaning: "the IngressRoute refers to a Middleware, a Service or a TLSOption of another namespace, which " +
			"Traefik does not " +
			"allow",
		Evidence: "a reference with another namespace, or by namespace-name@kubernetescrd, and no " +
			"--providers.kubernetescrd.allowcrossnamespace; `is not in the IngressRoute namespace` in Traefik's log",
		Remedy: "bring the object into the namespace of the route, or allow references across namespaces",
		Find:   findCrossNamespace,
	}}
}

func findCrossNamespace(r *diagnose.Route) []diagnose.Finding {
	o := ingressRoute(r)
	if o == nil || allowsForeign(r) {
		return nil
	}
	what := ""
	for _, ref := range middlewares(r) {
		if foreign(r, ref) {
			what = "Middleware " + strings.TrimPrefix(ref.Namespace+"/"+ref.Name, "/")
		}
	}
	for i := range o.Spec.Routes {
		for _, s := range o.Spec.Routes[i].Services {
			if s.Namespace != "" && s.Namespace != r.Ingress.Namespace {
				what = fmt.Sprintf("%s %s/%s", strings.TrimSpace(kindOr(s.Kind)), s.Namespace, s.Name)
			}
		}
	}
	if tls := o.Spec.TLS; tls != nil && tls.Options != nil && foreign(r, *tls.Options) {
		what = "TLSOption " + strings.TrimPrefix(tls.Options.Namespace+"/"+tls.Options.Name, "/")
	}
	if what == "" {
		return nil
	}
	evidence := []diagnose.Evidence{
		diagnose.Fact(r.Source.String(), "refers to %s", what),
		diagnose.Fact(r.Traefik.String(), "no --providers.kubernetescrd.allowcrossnamespace"),
	}
	for _, text := range []string{
		"is not in the IngressRoute namespace", "not in the parent resource namespace",
		"with crossnamespace disallowed",
	} {
		if l := r.Traefik.Logged.Newest(text); l != nil {
			evidence = append(evidence, traefikSays(l))
		}
	}
	return diagnose.One(
		r.Source.String(),
		fmt.Sprintf("%s refers to %s, of another namespace, which Traefik does not allow, so it drops the router",
			r.Source, what),
		diagnose.Remedy{
			Text: "bring the object into namespace " + r.Ingress.Namespace + ", or set " +
				"--providers.kubernetescrd.allowcrossnamespace=true",
		},
		evidence...)
}

// foreign reports whether a reference names another namespace, or might: Traefik refuses namespace-name@kubernetescrd
// too, since it does not know where the namespace ends.
func foreign(r *diagnose.Route, ref traefik.Reference) bool {
	return strings.HasSuffix(ref.Name, "@kubernetescrd") ||
		!strings.Contains(ref.Name, "@") && ref.Namespace != "" && ref.Namespace != r.Ingress.Namespace
}

func kindOr(kind string) string {
	if kind == "" {
		return "Service"
	}
	return kind
}
