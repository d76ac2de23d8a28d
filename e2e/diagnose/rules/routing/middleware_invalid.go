package routing

import (
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/traefik"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const middlewareInvalid diagnose.Code = "middleware-invalid"

func middlewareInvalidRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     middlewareInvalid,
		Meaning:  "Traefik cannot build a Middleware of the route, so it drops the router",
		Evidence: "its log has `unknown plugin type`, or `invalid middleware`, for the router",
		Remedy:   "load the plugin under --experimental.plugins, or correct the Middleware",
		After:    []diagnose.Code{middlewareMissing},
		Find:     ofTraefik(findMiddlewareInvalid),
	}}
}

func findMiddlewareInvalid(r *diagnose.Route) []diagnose.Finding {
	if r.Source == nil || r.Has(middlewareMissing) || !fails(r) {
		return nil
	}
	for _, l := range errorsOf(r) {
		text := l.Message + l.Fields["error"]
		plugin := strings.Contains(text, "unknown plugin type")
		if !plugin && !strings.Contains(text, "invalid middleware") {
			continue
		}
		object, remedy := r.Source.String(), "correct the Middleware that the log names"
		for _, n := range traefik.Names(r.Source.Annotations[traefik.MiddlewaresAnnotation]) {
			m := middleware(r, n)
			_, isPlugin := specOf(m)["plugin"]
			if strings.Contains(text, n.Qualified) || plugin && isPlugin {
				object = m.named(r)
			}
		}
		if plugin {
			remedy = "load the plugin: --experimental.plugins.NAME.moduleName and .version, with the NAME that " +
				"the Middleware has"
		}
		return diagnose.One(
			object,
			"Traefik cannot build a Middleware of the route, so it drops the router of "+r.Host+": "+
				diagnose.Short(
					l.Fields["error"]+l.Message,
				),
			diagnose.Remedy{Text: remedy},
			diagnose.Logged(facts.Traefik, l),
		)
	}
	return nil
}

func specOf(n reference) map[string]any {
	if n.object == nil {
		return nil
	}
	return n.object.Spec
}
