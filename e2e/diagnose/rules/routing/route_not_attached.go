package routing

import (
	"fmt"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/gateway"
)

const routeNotAttached diagnose.Code = "route-not-attached"

func routeNotAttachedRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code: routeNotAttached,
		Meaning: "the route attaches to no listener: its parentRef names no Gateway, no listener or another port, or the " +
			"listener does not allow routes of its namespace or kind",
		Evidence: "parentRefs of the route beside the Gateway's listeners and their allowedRoutes; Accepted=False with " +
			"NoMatchingParent or NotAllowedByListeners",
		Remedy: "correct parentRefs, or allow the namespace of the route",
		Blocks: []diagnose.Layer{diagnose.DNS, diagnose.Certificate},
		Find:   findNotAttached,
	}}
}

func findNotAttached(r *diagnose.Route) []diagnose.Finding {
	if r.Gateway == nil || len(r.Gateway.Taken()) > 0 || onlyHostnames(r) {
		return nil
	}
	if len(r.Gateway.Parents) == 0 {
		return diagnose.One(
			r.Source.String(), "the route names no Gateway in parentRefs, so nothing serves it",
			diagnose.Remedy{Text: "add a parentRef"}, diagnose.Fact(r.Source.String(), "parentRefs is empty"),
		)
	}
	var evidence []diagnose.Evidence
	object, why, remedy := r.Source.String(), "", diagnose.Remedy{}
	for i := range r.Gateway.Parents {
		p := &r.Gateway.Parents[i]
		for _, refusal := range p.Refused {
			source := r.Source.String()
			if refusal.Listener != nil {
				source = refusal.Listener.String()
			}
			evidence = append(evidence, diagnose.Fact(source, "%s", refusal.Text))
			if why == "" && refusal.Reason != gateway.NoIntersect {
				object, why, remedy = refusedBy(r, p, refusal)
			}
		}
		if c := p.Accepted(); refused(c) {
			evidence = append(evidence, conditionOf(r.Source.String()+", parent "+p.Named.String(), c))
		}
	}
	return diagnose.One(object, fmt.Sprintf("%s attaches to no listener: %s", r.Source, why), remedy, evidence...)
}

// refusedBy is what must change so that a listener takes the route up.
func refusedBy(r *diagnose.Route, p *gateway.Parent, f gateway.Refusal) (object, why string, remedy diagnose.Remedy) {
	route := r.Source.String()
	switch f.Reason {
	case gateway.NoParent:
		text := fmt.Sprintf("%s does not exist", p.Named)
		remedy.Text = "correct the name in parentRefs"
		for _, other := range r.Index.Snapshot.GatewayAPI.Gateways {
			if other.Name == p.Named.Name {
				text += ", and there is Gateway " + other.Namespace + "/" + other.Name
				remedy = diagnose.Remedy{
					Text: "name the namespace of the Gateway in parentRefs",
					Command: r.Source.Patch("json", fmt.Sprintf(
						`[{"op":"add","path":"/spec/parentRefs/0/namespace","value":"%s"}]`, other.Namespace)),
				}
			}
		}
		return route, text, remedy
	case gateway.NotAllowed:
		return f.Listener.Of.String(),
			fmt.Sprintf("%s takes no routes of namespace %s (%s)", f.Listener, r.Ingress.Namespace, f.Text),
			diagnose.Remedy{
				Text: "allow the namespace in allowedRoutes.namespaces of the listener: from: All, or a selector that fits it",
				Command: fmt.Sprintf("kubectl -n %s edit %s %s",
					f.Listener.Of.Namespace, strings.ToLower(f.Listener.Of.Kind), f.Listener.Of.Name),
			}
	case gateway.NoSection, gateway.OtherPort, gateway.OtherKind, gateway.NoIntersect:
	}
	return route, f.Text, diagnose.Remedy{
		Text: "name a listener of " + p.Named.String() + " that takes the route, or leave sectionName and port out " +
			"of parentRefs",
		Command: r.Source.Command("edit"),
	}
}

// onlyHostnames reports whether hostnames alone keep the route from its listeners.
func onlyHostnames(r *diagnose.Route) bool {
	found := false
	for i := range r.Gateway.Parents {
		for _, f := range r.Gateway.Parents[i].Refused {
			switch f.Reason { //nolint:exhaustive // the others are no matter of names
			case gateway.NoIntersect:
				found = true
			case gateway.NoParent, gateway.NoSection:
				return false
			}
		}
	}
	return found
}
