package routing

import (
	"fmt"
	"strings"

	core "k8s.io/api/core/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/edge/traefik"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const application diagnose.Code = "app-404-vs-traefik-404"

func applicationRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    application,
		Meaning: "the route is in order, and the application behind it fails",
		Evidence: "a 404 or 5xx whose body is not Traefik's, or that Traefik's access log attributes to the " +
			"application",
		Remedy:   "check the application",
		After:    []diagnose.Code{staleServed},
		Fallback: true,
		Find:     findApplication,
	}, {
		Code: application,
		Kind: diagnose.Note,
		Find: findOwnAnswer,
	}}
}

// findApplication finds an application that fails by itself: the route is in order up to it. The body tells Traefik's
// 404 from another, except that of a Go program, which has the same; then only Traefik's access log does. Of errors
// of its own proxy it does not: they stand there as the origin's.
func findApplication(r *diagnose.Route) []diagnose.Finding {
	if beside(r) {
		return nil
	}
	return failsItself(r)
}

// findOwnAnswer notes that the application answers 404 at a path that was assumed, not given.
func findOwnAnswer(r *diagnose.Route) []diagnose.Finding {
	if !beside(r) {
		return nil
	}
	return failsItself(r)
}

// beside reports whether the answer is 404 at a requested path that was assumed, not given.
func beside(r *diagnose.Route) bool { return r.Assumed && answered(secure(r), 404) }

func failsItself(r *diagnose.Route) []diagnose.Finding {
	rep := secure(r)
	if rep == nil || rep.HTTP == nil || !bad(rep.HTTP.Status) || rep.HTTP.Status == 421 ||
		r.Broken(diagnose.Routing) ||
		r.Rule == nil {
		return nil
	}
	if _, at := r.AtProxy(); at == rep {
		return nil
	}
	status, body := rep.HTTP.Status, strings.TrimSpace(rep.HTTP.Body)
	evidence := []diagnose.Evidence{diagnose.Probed(rep)}
	l := r.Traefik.Logged.Access[r.Host]
	switch logs := l != nil; {
	case logs && l.Fields["RouterName"] == "":
		return nil
	case status >= 500 && traefik.Answers(body):
		return nil
	case logs && l.Fields["OriginStatus"] == fmt.Sprint(status):
		evidence = append(
			evidence,
			diagnose.Fact(
				"log "+string(facts.Traefik),
				"RouterName=%s OriginStatus=%s",
				l.Fields["RouterName"],
				l.Fields["OriginStatus"],
			),
		)
	case traefik.Answers(body):
		return nil
	}
	return backends(r, func(_ *edge.Backend, s *core.Service) []diagnose.Finding {
		if s == nil {
			return nil
		}
		return diagnose.One(
			serviceName(s),
			fmt.Sprintf("the route is in order; the application behind it answers %d", status),
			diagnose.Remedy{
				Text:    "check the application, not the edge",
				Command: fmt.Sprintf("kubectl -n %s describe service %s", s.Namespace, s.Name),
			},
			evidence...)
	})
}
