package routing

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const routeRefused diagnose.Code = "route-refused"

func routeRefusedRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     routeRefused,
		Meaning:  "the controller does not take the route up, or not all that it refers to",
		Evidence: "a condition of the route, quoted: Accepted or ResolvedRefs is False, or no controller reports any",
		Remedy:   "correct what the condition names",
		Fallback: true,
		Kind:     diagnose.Symptom,
		Find:     findRouteRefused,
	}}
}

// findRouteRefused quotes the controller where no rule knows more.
func findRouteRefused(r *diagnose.Route) []diagnose.Finding {
	if r.Gateway == nil || !r.Unexplained(diagnose.Routing) {
		return nil
	}
	for i := range r.Gateway.Parents {
		p := &r.Gateway.Parents[i]
		for n := range p.Reported {
			c := &p.Reported[n]
			if !refused(c) || c.Type != "Accepted" && c.Type != "ResolvedRefs" {
				continue
			}
			return diagnose.One(
				r.Source.String(),
				fmt.Sprintf("the controller refuses the route at %s: %s", p.Named, diagnose.Short(c.Reason+": "+c.Message)),
				diagnose.Remedy{Text: "correct what the condition names", Command: r.Source.Command("describe")},
				conditionOf(r.Source.String()+", parent "+p.Named.String(), c),
			)
		}
		if len(p.Reported) == 0 && len(p.Taken) > 0 && r.Age(r.Source.Created) > settling {
			return diagnose.One(
				r.Source.String(),
				fmt.Sprintf("no controller reports that the route is attached to %s", p.Named),
				restartTraefik(r, "find out whether the controller of the Gateway runs and may write the status of routes"),
				diagnose.Fact(r.Source.String(), "no status of parent %s", p.Named),
			)
		}
	}
	return nil
}
