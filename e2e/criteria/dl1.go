package criteria

import (
	"github.com/edgeproof/edgeproof/e2e/edge/flux"
	"github.com/edgeproof/edgeproof/e2e/judge"
)

func dl1() Criterion {
	return Criterion{
		ID: "DL-1", Text: "the GitOps engine has reconciled the bundle: every object of the edge that it delivers is " +
			"Ready at " +
			"the revision that is judged",
		Check: reconciled, Needs: delivery(),
	}
}

// reconciled judges that each object is ready, what it rests on too, and that the bundle's are at its revision.
func reconciled(v View) judge.Judgement {
	var j judge.Judgement
	set := v.Facts.Delivered.Flux
	for _, o := range delivering(&j, v) {
		blocked, is := set.BlockedBy(o.Ref)
		by, _ := set.Find(blocked.By)
		behind, late := set.Behind(o)
		switch {
		case is && blocked.Missing:
			j.Lacks("%s: not found, and %s needs it", blocked.By, o.Ref)
		case is:
			j.Lacks("%s: %s: %s: %s", by.Ref, by.State, by.Reason, by.Message)
		case late:
			j.Lacks("%s: %s", o.Ref, behind)
		case o.Kind == flux.Kustomization && o.Source == v.Delivery.Source && o.Revision != v.Delivery.Revision:
			j.Lacks("%s: at %s, and %s is judged", o.Ref, flux.ShortRevision(o.Revision),
				flux.ShortRevision(v.Delivery.Revision))
		default:
			j.Saw("%s: ready at %s", o.Ref, flux.ShortRevision(o.Revision))
		}
	}
	return j
}
