package routing

import (
	"fmt"
	"maps"
	"slices"

	api "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const listenerPort diagnose.Code = "listener-port-unavailable"

func listenerPortRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code: listenerPort,
		Meaning: "the port of a listener is that of no entry point of Traefik: it is the port of the entry point, not " +
			"that of " +
			"the Service, that a listener names",
		Evidence: "entryPoints.*.address of Traefik beside the listener's port; Accepted=False with PortUnavailable",
		Remedy:   "name the entry point's port in the listener",
		Blocks:   []diagnose.Layer{diagnose.Certificate},
		Find:     findListenerPort,
	}}
}

func findListenerPort(r *diagnose.Route) []diagnose.Finding {
	if r.Gateway == nil || !servedByTraefik(r) {
		return nil
	}
	ports := r.Traefik.Config.Ports()
	for _, l := range r.Gateway.Taken() {
		c := l.Condition(string(api.ListenerConditionAccepted))
		said := refused(c) && c.Reason == string(api.ListenerReasonPortUnavailable)
		known := len(ports) > 0 && len(l.Conditions) == 0 &&
			!slices.Contains(slices.Collect(maps.Values(ports)), int32(l.Port))
		if !said && !known {
			continue
		}
		var names []string
		remedy := diagnose.Remedy{Text: "name the port of an entry point in the listener"}
		for _, name := range slices.Sorted(maps.Keys(ports)) {
			names = append(names, fmt.Sprintf("%s %d", name, ports[name]))
			if secure := r.Traefik.Config.EntryPoints()[name]; l.Terminates() == secure && l.Of.Kind == "Gateway" &&
				name != "traefik" && name != "metrics" && remedy.Command == "" {
				remedy = diagnose.Remedy{
					Text: fmt.Sprintf("name port %d, of entry point %s", ports[name], name),
					Command: fmt.Sprintf(
						`kubectl -n %s patch gateway %s --type=json -p '[{"op":"replace","path":"/spec/listeners/%d/port","value":%d}]'`,
						l.Of.Namespace, l.Of.Name, indexOf(l.Gateway, l.Name), ports[name]),
				}
			}
		}
		evidence := []diagnose.Evidence{diagnose.Fact(r.Traefik.String(), "entry points %s", diagnose.List(names))}
		if c != nil {
			evidence = append(evidence, conditionOf(l.String(), c))
		}
		return diagnose.One(
			l.Of.String(),
			fmt.Sprintf("%s has port %d, which no entry point of Traefik has", l, l.Port),
			remedy,
			evidence...)
	}
	return nil
}

// indexOf is the place of a listener in its Gateway.
func indexOf(g *api.Gateway, name api.SectionName) int {
	return slices.IndexFunc(g.Spec.Listeners, func(l api.Listener) bool { return l.Name == name })
}
