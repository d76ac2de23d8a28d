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
		j.Never("target: names no route: there is none to judge")
	}
	for _, r := range v.Target.Routes {
		if route, ok := v.Facts.Route(r.Source); ok {
			check(&j, r, route)
		} else {
			j.Lacks("%s: not found", r.Source)
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
