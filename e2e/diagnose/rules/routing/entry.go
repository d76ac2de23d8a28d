package routing

import (
	"fmt"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

const routerTLS = "traefik.ingress.kubernetes.io/router.tls"

func dropEntryPoints(r *diagnose.Route, text string) diagnose.Remedy {
	return diagnose.Remedy{
		Text: text,
		Command: fmt.Sprintf(
			"kubectl -n %s annotate ingress %s traefik.ingress.kubernetes.io/router.entrypoints-",
			r.Ingress.Namespace,
			r.Ingress.Name,
		),
	}
}

// loops reports whether an answer redirects to what was asked for.
func loops(rep *probe.Report) bool {
	if rep.HTTP == nil || rep.HTTP.Status < 300 || rep.HTTP.Status > 399 {
		return false
	}
	return strings.TrimSuffix(rep.HTTP.Headers["Location"], "/") == strings.TrimSuffix(rep.Request.URL, "/")
}
