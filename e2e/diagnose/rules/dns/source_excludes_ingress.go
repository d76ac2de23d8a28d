package dns

import (
	"fmt"

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
	if program := s.Config.Selection.LeftTo(r.Source.Annotations); program != "" {
		annotation := s.Config.Selection.Prefix + "controller"
		return diagnose.One(
			r.Source.String(),
			fmt.Sprintf("the annotation %s: %s leaves the Ingress to another program", annotation, program),
			r.Annotate("remove the annotation", annotation+"-"),
			diagnose.Fact(r.Source.String(), "annotation %s: %s", annotation, program),
		)
	}
	why := s.Config.Selection.Excludes(r.Source)
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
