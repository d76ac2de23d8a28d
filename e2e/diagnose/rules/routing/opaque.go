package routing

import (
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/traefik"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

// worksOpaque judges a route whose traffic is the backend's alone: that a connection is made is what can be seen.
func worksOpaque(r *diagnose.Route) (diagnose.State, string) {
	for _, rep := range []*probe.Report{r.RawIP, r.HTTPS} {
		switch {
		case rep == nil || rep.Failed == probe.StepResolve:
		case rep.Connect == nil || rep.Failed == probe.StepConnect, rep.Failed == probe.StepTLS && !shown(rep):
			return diagnose.Broken, inShort(rep)
		case shown(rep) && strings.Contains(rep.TLS.Chain[0].Subject, traefik.DefaultSubject):
			return diagnose.Broken, inShort(rep) + ", with Traefik's own certificate and not the backend's"
		default:
			return diagnose.Clear, rep.Request.URL + " is connected to the backend"
		}
	}
	return diagnose.Unknown, "no probe reached the ingress controller"
}

// shown reports whether a server presented a certificate.
func shown(rep *probe.Report) bool { return rep.TLS != nil && len(rep.TLS.Chain) > 0 }
