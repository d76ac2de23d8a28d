package criteria

import (
	"slices"

	"github.com/edgeproof/edgeproof/e2e/edge/flux"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
)

// delivery is what the criteria of delivery need.
func delivery() []facts.Part { return []facts.Part{facts.Delivery} }

// delivering are the objects of the engine that deliver the bundle, and those beside the routes. It notes what is not
// there.
func delivering(j *judge.Judgement, v View) flux.Set {
	set := v.Facts.Delivered.Flux
	var out flux.Set
	if v.Delivery == nil {
		j.Never("GitOps engine: none delivers the bundle; run with ENGINE=flux")
		return nil
	}
	for _, ref := range v.Delivery.Objects {
		o, there := set.Find(ref)
		if !there {
			j.Lacks("%s: not found", ref)
			continue
		}
		out = append(out, o)
	}
	for _, o := range set.Of(flux.Kustomization, flux.HelmRelease) {
		beside := slices.ContainsFunc(v.Target.Routes, func(r judge.Route) bool { return r.Namespace == o.Namespace })
		if beside && !slices.Contains(v.Delivery.Objects, o.Ref) {
			out = append(out, o)
		}
	}
	return out
}
