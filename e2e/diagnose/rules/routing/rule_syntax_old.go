package routing

import (
	"fmt"
	"slices"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/traefik"
)

const ruleSyntax diagnose.Code = "rule-syntax-v2"

func ruleSyntaxRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     ruleSyntax,
		Meaning:  "the match of the route is written for Traefik v2, and v3 refuses it or matches nothing",
		Evidence: "a matcher of v2 in spec.routes[].match without syntax: v2; Traefik logs that it cannot parse the rule",
		Remedy:   "write the rule for v3: one value for each matcher, joined by ||",
		Find:     findRuleSyntax,
	}}
}

func findRuleSyntax(r *diagnose.Route) []diagnose.Finding {
	o := ingressRoute(r)
	if o == nil || !r.Traefik.Runs() || r.Traefik.Before(3, 0) ||
		r.Traefik.Config.Value("core.defaultrulesyntax") == "v2" {
		return nil
	}
	for i := range o.Spec.Routes {
		route := &o.Spec.Routes[i]
		hosts, _ := traefik.Hosts(route.Match)
		why := traefik.OldSyntax(route.Match)
		if why == "" || route.Syntax == "v2" || len(hosts) > 0 && !slices.Contains(hosts, r.Host) {
			continue
		}
		evidence := []diagnose.Evidence{diagnose.Fact(r.Source.String(), "match %s", route.Match)}
		for _, text := range []string{"unexpected number of parameters", "error while parsing rule", "error while " +
			"adding rule"} {
			if l := r.Traefik.Logged.Newest(text); l != nil {
				evidence = append(evidence, traefikSays(l))
				break
			}
		}
		return diagnose.One(
			r.Source.String(),
			fmt.Sprintf("the rule of %s is written for Traefik v2: %s", r.Source, why),
			diagnose.Remedy{
				Text:    "write the rule for v3, or set syntax: v2 on the route until then",
				Command: r.Source.Patch("json", fmt.Sprintf(`[{"op":"add","path":"/spec/routes/%d/syntax","value":"v2"}]`, i)),
			},
			evidence...)
	}
	return nil
}
