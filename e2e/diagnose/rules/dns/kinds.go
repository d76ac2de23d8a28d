package dns

import (
	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge"
)

// given are the addresses of a host that no object publishes and that the DNS has all the same, by a wildcard or by
// hand: those of the ingress controller.
func given(r *diagnose.Route) []string {
	if own := r.Traefik.Addresses(); answered(r, own) {
		return own
	}
	return nil
}

// reached reports whether a request by name got an answer, so that the name leads somewhere whoever published it.
func reached(r *diagnose.Route) bool {
	return r.HTTPS != nil && r.HTTPS.HTTP != nil && r.HTTPS.HTTP.Status < 400 &&
		r.Asked && len(r.Answers.Authority.Addresses)+len(r.Answers.Resolver.Addresses) > 0
}

// declared is what says which address a host is to have, for a sentence.
func declared(r *diagnose.Route) string {
	if _, asked := r.Sync.Config.Selection.Targets(r.Source.Asks()); asked {
		return "the annotation target of " + r.Source.AskedBy().String()
	}
	switch {
	case r.Source.Kind == edge.DNSEndpoint:
		return r.Source.String()
	case r.Source.OfTraefik():
		return "the Service of Traefik"
	}
	return "the " + r.Source.AskedBy().Kind + "'s status"
}
