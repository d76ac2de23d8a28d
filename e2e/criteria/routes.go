package criteria

import (
	"slices"
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
			var one judge.Judgement
			check(&one, r, route)
			j.Take(one)
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

// unsynced reports whether a host is below none of the zones that external-dns syncs: no record will be made for it.
func unsynced(t judge.Target, host string) bool {
	return len(t.Zones) > 0 && !slices.ContainsFunc(t.Zones, func(zone string) bool {
		return host == zone || strings.HasSuffix(host, "."+zone)
	})
}

// noRecord notes that a host has no record yet, or never will.
func noRecord(j *judge.Judgement, t judge.Target, what, host string) {
	if unsynced(t, host) {
		j.Never("%s: is below no zone that external-dns syncs (%s), so it gets no record", what,
			strings.Join(t.Zones, ", "))
		return
	}
	j.Lacks("%s: not at the provider yet", what)
}
