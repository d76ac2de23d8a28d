package dns

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const sourceExcludes diagnose.Code = "source-excludes-ingress"

func sourceExcludesRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     sourceExcludes,
		Meaning:  "external-dns is told not to look at the Ingress",
		Evidence: "--source, --namespace, --ingress-class or the Ingress's annotation controller leave it out",
		Remedy:   "widen what external-dns looks at",
		Find:     findSourceExcludes,
	}}
}

func findSourceExcludes(r *diagnose.Route) []diagnose.Finding {
	s := r.Index.Sync
	if s.Deployment == nil || r.Source == nil || naming(r).state == right {
		return nil
	}
	why := ""
	class := r.Source.Class.Class
	switch controller, ok := s.Annotation(r.Source, "controller"); {
	case s.NoIngresses:
		why = fmt.Sprintf("--source=%s has no ingress", strings.Join(s.Options("source"), ","))
	case len(s.Namespaces) > 0 && s.Namespaces[len(s.Namespaces)-1] != r.Ingress.Namespace:
		why = "--namespace=" + s.Namespaces[len(s.Namespaces)-1]
	case len(s.IngressClasses) > 0 && !slices.Contains(s.IngressClasses, class):
		why = fmt.Sprintf(
			"--ingress-class=%s, the Ingress is of class %q",
			strings.Join(s.IngressClasses, ","),
			class,
		)
	case ok && controller != "dns-controller":
		return diagnose.One(
			r.Source.String(),
			fmt.Sprintf(
				"the annotation %scontroller: %s leaves the Ingress to another program",
				s.Prefix,
				controller,
			),
			r.Annotate(
				"remove the annotation",
				s.Prefix+"controller-",
			),
			diagnose.Fact(r.Source.String(), "annotation %scontroller: %s", s.Prefix, controller),
		)
	}
	if why == "" {
		return nil
	}
	return diagnose.One(
		s.String(),
		"external-dns does not look at "+r.Source.String()+": "+why,
		diagnose.Remedy{
			Text: "widen what external-dns looks at", Command: fmt.Sprintf("kubectl -n %s edit deployment %s", s.Namespace, s.Name),
		},
		diagnose.Fact(s.String(), "%s", why),
	)
}
