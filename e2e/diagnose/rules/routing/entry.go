package routing

import (
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/traefik"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

// entryPoints are those that the route binds itself to; nil for all.
func entryPoints(r *diagnose.Route) []string {
	if r.Source == nil {
		return nil
	}
	return traefik.EntryPointsOf(r.Source.Annotations)
}

func dropEntryPoints(r *diagnose.Route, text string) diagnose.Remedy {
	return diagnose.Remedy{Text: text, Command: r.Source.Unannotate(traefik.EntryPointsAnnotation)}
}

// loops reports whether an answer redirects to what was asked for.
func loops(rep *probe.Report) bool {
	if rep.HTTP == nil || rep.HTTP.Status < 300 || rep.HTTP.Status > 399 {
		return false
	}
	return strings.TrimSuffix(rep.HTTP.Headers["Location"], "/") == strings.TrimSuffix(rep.Request.URL, "/")
}
