package routing

import (
	"fmt"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/traefik"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const middlewareMissing diagnose.Code = "middleware-missing"

func middlewareMissingRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    middlewareMissing,
		Meaning: "the route names a Middleware that Traefik does not have, so Traefik drops its router",
		Evidence: "the annotation router.middlewares names no Middleware that there is, or names it without its " +
			"namespace or " +
			"provider, or Traefik does not read its own kinds; its log has `middleware \"…\" does not exist`",
		Remedy: "create the Middleware, or correct the annotation: NAMESPACE-NAME@kubernetescrd",
		Find:   ofTraefik(findMiddlewareMissing),
	}}
}

func findMiddlewareMissing(r *diagnose.Route) []diagnose.Finding {
	if r.Source == nil || r.Source.Annotations[traefik.MiddlewaresAnnotation] == "" || !fails(r) {
		return nil
	}
	lines := errorsOf(r)
	for _, n := range traefik.Names(r.Source.Annotations[traefik.MiddlewaresAnnotation]) {
		m := middleware(r, n)
		evidence := []diagnose.Evidence{diagnose.Fact(r.Source.String(), "annotation router.middlewares %s", m)}
		said := false
		for _, l := range lines {
			if text := l.Message + l.Fields["error"]; strings.Contains(text, m.Qualified) &&
				strings.Contains(text, "does not exist") {
				evidence, said = append(evidence, diagnose.Logged(facts.Traefik, l)), true
				break
			}
		}
		if l := r.Traefik.Logged.Newest(fmt.Sprintf("middleware %q does not exist", m.String())); l != nil && !said {
			evidence, said = append(evidence, diagnose.Logged(facts.Traefik, *l)), true
		}
		object, why, remedy, seen, absent := m.absence(r, r.Source.String())
		if !absent {
			if !said {
				continue
			}
			object, why, remedy = r.Source.String(), m.named(r)+" does not exist to Traefik",
				"create it, or remove it from the annotation; when it is there, restart Traefik"
		} else {
			evidence = append(evidence, seen)
		}
		return diagnose.One(object, why+", so Traefik drops the router of "+r.Host,
			diagnose.Remedy{Text: remedy, Command: r.Source.Unannotate(traefik.MiddlewaresAnnotation)}, evidence...)
	}
	return nil
}
