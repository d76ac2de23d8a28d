package routing

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/traefik"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const middlewareMissing diagnose.Code = "middleware-missing"

func middlewareMissingRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code: middlewareMissing,
		Meaning: "the Ingress names a middleware that Traefik does not have, so Traefik leaves its routers out and " +
			"answers 404",
		Evidence: "the annotation router.middlewares names one that Traefik's log reports as not existing",
		Remedy:   "deliver the Middleware, correct its name, or remove the annotation",
		Find:     ofTraefik(findMiddlewareMissing),
	}}
}

func findMiddlewareMissing(r *diagnose.Route) []diagnose.Finding {
	if r.Source == nil {
		return nil
	}
	for _, name := range traefik.MiddlewaresOf(r.Source.Annotations) {
		l := r.Traefik.Logged.Newest(fmt.Sprintf("middleware %q does not exist", name))
		if l == nil {
			continue
		}
		return diagnose.One(
			r.Source.String(),
			fmt.Sprintf("the Ingress names the middleware %s, which Traefik does not have", name),
			diagnose.Remedy{
				Text: "deliver the Middleware (Traefik reads those of @kubernetescrd with providers.kubernetescrd only), " +
					"correct " +
					"its name, or remove the annotation",
				Command: r.Source.Unannotate(traefik.MiddlewaresAnnotation),
			},
			diagnose.Fact(r.Source.String(), "annotation router.middlewares %s",
				diagnose.List(traefik.MiddlewaresOf(r.Source.Annotations))),
			diagnose.Logged(facts.Traefik, *l),
		)
	}
	return nil
}
