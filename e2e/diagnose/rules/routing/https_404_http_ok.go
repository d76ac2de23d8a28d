package routing

import (
	"slices"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/traefik"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

const https404 diagnose.Code = "https-404-http-ok"

func https404Rule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code: https404,
		Meaning: "plain HTTP answers and HTTPS gives 404 with the right certificate: a TLS block loads certificates, but " +
			"does not add a router to an entry point",
		Evidence: "none of the route's entry points has TLS",
		Remedy:   "remove the annotation router.entrypoints, or add websecure",
		After:    []diagnose.Code{entryPointMissing},
		Find:     ofTraefik(findHTTPSOnly404),
	}}
}

// findHTTPSOnly404 finds a route that answers on the plain entry point only. A TLS block loads a certificate; it does
// not make a router listen, so the right certificate is shown and then 404.
func findHTTPSOnly404(r *diagnose.Route) []diagnose.Finding {
	if r.Source == nil || len(r.Traefik.EntryPoints) == 0 || r.Has(entryPointMissing) {
		return nil
	}
	asked := entryPoints(r)
	forced := r.Source.Annotations[traefik.TLSAnnotation] == "true"
	speaks := false
	for n, tls := range r.Traefik.EntryPoints {
		if len(asked) == 0 || slices.Contains(asked, n) {
			speaks = speaks || tls || (forced && n != "web")
		}
	}
	if rep := secure(r); speaks || (rep != nil && !bad(rep.HTTP.Status)) {
		return nil
	}
	evidence := []diagnose.Evidence{
		diagnose.Fact(
			r.Traefik.String(),
			"entry points with TLS: %s",
			diagnose.List(withTLS(r.Traefik.EntryPoints)),
		),
	}
	if len(asked) > 0 {
		evidence = append(
			evidence,
			diagnose.Fact(r.Source.String(), "annotation router.entrypoints %s", diagnose.List(asked)),
		)
	}
	for _, rep := range []*probe.Report{secure(r), r.HTTP} {
		if rep != nil {
			evidence = append(evidence, diagnose.Probed(rep))
		}
	}
	if len(asked) == 0 {
		return diagnose.One(
			r.Traefik.String(),
			"no entry point of Traefik has TLS enabled for its routers, so HTTPS finds no route",
			diagnose.Remedy{Text: "set --entryPoints.websecure.http.tls=true"},
			evidence...)
	}
	return diagnose.One(
		r.Source.String(),
		"the Ingress is bound to an entry point without TLS, so HTTPS finds no route",
		dropEntryPoints(r, "remove the annotation, or add websecure to it"),
		evidence...)
}

func withTLS(points map[string]bool) []string {
	var out []string
	for n, tls := range points {
		if tls {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out
}
