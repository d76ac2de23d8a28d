package routing

import (
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/traefik"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

const http404 diagnose.Code = "http-404-https-ok"

func http404Rule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     http404,
		Meaning:  "HTTPS answers and plain HTTP gives 404, or the route redirects to itself",
		Evidence: "200 over HTTPS with 404 over HTTP, or a redirect whose Location is the requested URL",
		After:    []diagnose.Code{appRedirects},
		Remedy:   "remove the annotation router.tls; behind Cloudflare's proxy set the SSL mode to Full (strict)",
		Find:     ofTraefik(findHTTPFails),
	}}
}

// findHTTPFails finds a route that HTTPS reaches and plain HTTP does not, or that redirects to itself for ever.
func findHTTPFails(r *diagnose.Route) []diagnose.Finding {
	if r.Source == nil || r.Has(appRedirects) {
		return nil
	}
	if rep := r.HTTPS; rep != nil && loops(rep) {
		if strings.EqualFold(rep.HTTP.Headers["Server"], "cloudflare") && (r.RawIP == nil || !loops(r.RawIP)) {
			return diagnose.One(
				"record "+r.Host,
				"Cloudflare connects to the origin over plain HTTP, which redirects to HTTPS, for which "+
					"Cloudflare connects over "+
					"plain HTTP again",
				diagnose.Remedy{
					Text: "set the zone's SSL mode to Full (strict), or do not proxy the record",
				},
				diagnose.Probed(rep),
				diagnose.Fact("probe "+rep.Request.URL, "Location %s", rep.HTTP.Headers["Location"]),
			)
		}
		return diagnose.One(
			r.Source.String(),
			"the route redirects to itself",
			diagnose.Remedy{Text: "remove the redirect from the HTTPS router"},
			diagnose.Probed(
				rep,
			),
			diagnose.Fact("probe "+rep.Request.URL, "Location %s", rep.HTTP.Headers["Location"]),
		)
	}
	if r.HTTP == nil || r.HTTP.HTTP == nil || r.HTTP.HTTP.Status != 404 || !answers2xx(secure(r)) {
		return nil
	}
	evidence := []diagnose.Evidence{diagnose.Probed(r.HTTP), diagnose.Probed(secure(r))}
	if r.Source.Annotations[traefik.TLSAnnotation] == "true" {
		return diagnose.One(
			r.Source.String(),
			"the Ingress limits its router to TLS, so plain HTTP finds no route",
			diagnose.Remedy{
				Text: "remove the annotation", Command: r.Source.Unannotate(traefik.TLSAnnotation),
			},
			append(evidence, diagnose.Fact(r.Source.String(), "annotation %s: true", traefik.TLSAnnotation))...)
	}
	return diagnose.One(
		r.Source.String(),
		"the route answers HTTPS, but not plain HTTP",
		diagnose.Remedy{Text: "add the entry point web, or redirect it to websecure"},
		evidence...)
}

func answers2xx(rep *probe.Report) bool {
	return rep != nil && rep.HTTP != nil && rep.HTTP.Status >= 200 && rep.HTTP.Status < 300
}
