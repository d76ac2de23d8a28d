package routing

import (
	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

// fails reports whether a probe that got to the ingress controller shows that the route does not work there.
func fails(r *diagnose.Route) bool { return failing(r) != nil }

// failing is that probe, nil for none.
func failing(r *diagnose.Route) *probe.Report {
	for _, rep := range []*probe.Report{r.RawIP, r.HTTPS} {
		if rep == nil || !arrived(r, rep) {
			continue
		}
		if rep.HTTP == nil && rep.Failed != probe.StepConnect || rep.HTTP != nil && bad(rep.HTTP.Status) {
			return rep
		}
	}
	return nil
}

// stalls is a probe whose request got no answer in time, nil for none.
func stalls(r *diagnose.Route) *probe.Report {
	for _, rep := range []*probe.Report{r.RawIP, r.HTTPS, r.HTTP} {
		if rep != nil && rep.HTTP == nil && rep.Failed == probe.StepHTTP && rep.Class == probe.ClassTimeout &&
			arrived(r, rep) {
			return rep
		}
	}
	return nil
}

// noTLS is a probe whose handshake failed before a certificate was shown, nil for none.
func noTLS(r *diagnose.Route) *probe.Report {
	for _, rep := range []*probe.Report{r.RawIP, r.HTTPS} {
		if rep != nil && rep.Failed == probe.StepTLS && (rep.TLS == nil || len(rep.TLS.Chain) == 0) &&
			arrived(r, rep) {
			return rep
		}
	}
	return nil
}

// logged are the errors of Traefik about the route's routers, newest first.
type logged []facts.Line

// errorsOf are those of the route, looked for once.
func errorsOf(r *diagnose.Route) logged {
	return diagnose.Once(r, func(r *diagnose.Route) logged {
		if r.Source == nil || r.Foreign {
			return nil
		}
		return r.Traefik.Logged.Of(r.Source.Namespace, r.Source.Name, r.Host)
	})
}

// remaining quotes the newest errors of Traefik that no rule knows.
func remaining(r *diagnose.Route) []diagnose.Report {
	const enough = 3
	var out []diagnose.Report
	seen := map[string]bool{}
	for _, l := range errorsOf(r) {
		text := l.Message + l.Fields["error"]
		if seen[text] || len(out) == enough {
			continue
		}
		seen[text] = true
		out = append(out, diagnose.Report{Object: r.Traefik.String(), Evidence: diagnose.Logged(facts.Traefik, l)})
	}
	return out
}
