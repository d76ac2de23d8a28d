package dns

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const sourceExcludes diagnose.Code = "source-excludes-ingress"

func sourceExcludesRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    sourceExcludes,
		Meaning: "the configuration of external-dns excludes the Ingress",
		Evidence: "--source, --namespace or --ingress-class of external-dns, or the Ingress's annotation controller, " +
			"excludes it",
		Remedy: "change the flag so that external-dns reads the Ingress",
		Find:   findSourceExcludes,
	}}
}

func findSourceExcludes(r *diagnose.Route) []diagnose.Finding {
	s := r.Sync
	if !s.Runs() || r.Source == nil || naming(r).state == right {
		return nil
	}
	if program := s.Config.Selection.LeftTo(r.Source.Annotations); program != "" {
		annotation := s.Config.Selection.Prefix + "controller"
		return diagnose.One(
			r.Source.String(),
			fmt.Sprintf("the annotation %s: %s assigns the Ingress to another controller", annotation, program),
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
		"external-dns does not read "+r.Source.String()+": "+why,
		diagnose.Remedy{
			Text:    "change the flag so that external-dns reads the Ingress",
			Command: s.Kubectl("edit"),
		},
		diagnose.Fact(s.String(), "%s", why),
	)
}
