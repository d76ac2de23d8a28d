package criteria

import (
	"strings"

	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/judge"
)

// each calls check for every route of the target, and says which are not there.
func each(v View, check func(j *judge.Judgement, r judge.Route, i *edge.Route)) judge.Judgement {
	var j judge.Judgement
	if len(v.Target.Routes) == 0 {
		j.Never("target: names no Ingress: there is no route to judge")
	}
	for _, r := range v.Target.Routes {
		if i, ok := v.Facts.Ingress(r.Ingress); ok {
			check(&j, r, edge.FromIngress(i))
		} else {
			j.Lacks("Ingress %s: not found", r.Ingress)
		}
	}
	return j
}

func orNone(list []string) string {
	if len(list) == 0 {
		return "none"
	}
	return strings.Join(list, ", ")
}
