package routing

import (
	"fmt"
	"strings"

	core "k8s.io/api/core/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge"
)

const backendPortWrong diagnose.Code = "backend-port-wrong"

func backendPortWrongRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     backendPortWrong,
		Meaning:  "the route names a port that the Service does not have",
		Evidence: "no port of the Service has the number or name",
		Remedy:   "name one of the Service's ports",
		Find:     findPortWrong,
	}}
}

func findPortWrong(r *diagnose.Route) []diagnose.Finding {
	return backends(r, func(b *edge.Backend, s *core.Service) []diagnose.Finding {
		if s == nil {
			return nil
		}
		var has []string
		for _, p := range s.Spec.Ports {
			if (b.Port != 0 && p.Port == b.Port) || (b.PortName != "" && p.Name == b.PortName) {
				return nil
			}
			has = append(has, strings.TrimSpace(fmt.Sprintf("%d %s", p.Port, p.Name)))
		}
		want := b.PortName
		if want == "" {
			want = fmt.Sprint(b.Port)
		}
		return diagnose.One(
			r.Source.String(),
			fmt.Sprintf("the %s names port %s of %s, which the Service does not have", r.Source.Kind, want, serviceName(s)),
			diagnose.Remedy{
				Text: "name one of the Service's ports: " + diagnose.List(has),
			},
			diagnose.Fact(r.Source.String(), "backend %s port %s", s.Name, want),
			diagnose.Fact(serviceName(s), "ports %s", diagnose.List(has)),
		)
	})
}
