package routing

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/gateway"
)

const listenerHostname diagnose.Code = "listener-hostname-mismatch"

func listenerHostnameRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    listenerHostname,
		Meaning: "the hostnames of the route and of the listeners have none in common, so the route serves no host",
		Evidence: "hostname of each listener that the route names beside the route's hostnames; Accepted=False with " +
			"NoMatchingListenerHostname",
		Remedy: "give the listener a hostname that covers the route's, or correct the route's",
		Blocks: []diagnose.Layer{diagnose.DNS, diagnose.Certificate},
		Affects: func(r *diagnose.Route, _ diagnose.Finding, l diagnose.Layer) bool {
			return l != diagnose.DNS || len(r.Gateway.Taken()) == 0 // the name is published for any listener
		},
		Find: findListenerHostname,
	}}
}

func findListenerHostname(r *diagnose.Route) []diagnose.Finding {
	if r.Gateway == nil || !onlyHostnames(r) || r.HasTLSElsewhere() {
		return nil
	}
	secure := len(r.Gateway.Taken()) > 0 // it is plain HTTP that another listener takes
	for _, l := range r.Gateway.Taken() {
		if _, common := gateway.Common(l.Host(), r.Host); common && l.Terminates() {
			return nil // another listener has it
		}
	}
	var evidence []diagnose.Evidence
	var first *gateway.Listener
	for i := range r.Gateway.Parents {
		p := &r.Gateway.Parents[i]
		for _, f := range p.Refused {
			if f.Reason == gateway.NoIntersect && (!secure || f.Listener.Terminates()) {
				evidence = append(evidence, diagnose.Fact(f.Listener.String(), "%s", f.Text))
				if first == nil {
					first = f.Listener
				}
			}
		}
		if c := p.Accepted(); refused(c) {
			evidence = append(evidence, conditionOf(r.Source.String()+", parent "+p.Named.String(), c))
		}
	}
	if first == nil {
		return nil
	}
	return diagnose.One(
		first.Of.String(),
		fmt.Sprintf("%s has hostname %s, which has none in common with %s for %s", first, first.Host(), r.Source, r.Host),
		diagnose.Remedy{Text: "give the listener a hostname that covers " + r.Host + ", or correct the route's hostnames"},
		evidence...)
}
