package routing

import (
	"fmt"

	core "k8s.io/api/core/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

const appRedirects diagnose.Code = "application-redirects-to-itself"

func appRedirectsRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code: appRedirects,
		Meaning: "the application redirects to HTTPS by its own connection, which is plain HTTP, and never sees " +
			"that the client has HTTPS " +
			"already",
		Evidence: "a redirect to the requested URL, which Traefik's access log attributes to the application",
		Remedy:   "let the application read X-Forwarded-Proto, or switch its own redirect off",
		Find:     ofTraefik(findAppRedirects),
	}}
}

func findAppRedirects(r *diagnose.Route) []diagnose.Finding {
	var rep *probe.Report
	for _, p := range []*probe.Report{r.RawIP, r.HTTPS} {
		if p != nil && arrived(r, p) && loops(p) {
			rep = p
			break
		}
	}
	l := r.Traefik.Logged.Access[r.Host]
	if rep == nil || l == nil || l.Fields["OriginStatus"] != fmt.Sprint(rep.HTTP.Status) ||
		l.Fields["RouterName"] == "" {
		return nil
	}
	return backends(r, func(_ *edge.Backend, s *core.Service) []diagnose.Finding {
		if s == nil {
			return nil
		}
		return diagnose.One(
			serviceName(s),
			"the application behind the route redirects to the URL that was requested: it does not see that "+
				"the client has HTTPS",
			diagnose.Remedy{
				Text: "let the application read X-Forwarded-Proto of the ingress controller, or switch its own " +
					"redirect to HTTPS off",
			},
			diagnose.Probed(rep),
			diagnose.Fact("probe "+rep.Request.URL, "Location %s", rep.HTTP.Headers["Location"]),
			diagnose.Fact(
				"log "+string(facts.Traefik),
				"RouterName=%s OriginStatus=%s",
				l.Fields["RouterName"],
				l.Fields["OriginStatus"],
			),
		)
	})
}
