package routing

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge"
)

const noHTTPSListener diagnose.Code = "no-https-listener"

func noHTTPSListenerRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code: noHTTPSListener,
		Meaning: "the route attaches to listeners of plain HTTP only, so no certificate is asked for and HTTPS finds " +
			"no route",
		Evidence: "no listener of protocol HTTPS takes the route, and no other route has the host on one",
		Remedy:   "add an HTTPS listener for the host, or name the one that there is in parentRefs",
		Blocks:   []diagnose.Layer{diagnose.Certificate},
		After:    []diagnose.Code{listenerHostname},
		Find:     findNoHTTPSListener,
	}}
}

func findNoHTTPSListener(r *diagnose.Route) []diagnose.Finding {
	if r.Gateway == nil || r.Source.Kind == edge.TLSRoute || len(r.Gateway.Taken()) == 0 || r.HasTLSElsewhere() ||
		r.Brought() || r.Has(listenerHostname) {
		return nil
	}
	var evidence []diagnose.Evidence
	for _, l := range r.Gateway.Taken() {
		if l.Terminates() {
			return nil
		}
		evidence = append(evidence, diagnose.Fact(l.String(), "protocol %s, port %d", l.Protocol, l.Port))
	}
	for i := range r.Gateway.Parents {
		for _, f := range r.Gateway.Parents[i].Refused {
			if f.Listener != nil && f.Listener.Terminates() {
				evidence = append(evidence, diagnose.Fact(f.Listener.String(), "does not take the route: %s", f.Text))
			}
		}
	}
	return diagnose.One(
		r.Source.String(),
		fmt.Sprintf("no HTTPS listener takes %s, so HTTPS finds no route for %s", r.Source, r.Host),
		diagnose.Remedy{Text: "add an HTTPS listener for the host, or name the one that there is in parentRefs"},
		evidence...)
}
