package criteria

import (
	"strings"

	"github.com/edgeproof/edgeproof/e2e/edge/flux"
	"github.com/edgeproof/edgeproof/e2e/judge"
)

func dl2() Criterion {
	return Criterion{
		ID: "DL-2", Text: "it does so on a new cluster, in its own order, without help by hand",
		Check: fromNothing, Needs: delivery(),
	}
}

// fromNothing judges that the bundle became ready on the cluster that was new, and that no object waits for what
// its own order never brings.
func fromNothing(v View) judge.Judgement {
	var j judge.Judgement
	set := v.Facts.Delivered.Flux
	all := delivering(&j, v)
	if v.Delivery != nil && v.Delivery.Stuck != "" {
		j.Never("%s", v.Delivery.Stuck)
	}
	for _, o := range all {
		if blocked, is := set.BlockedBy(o.Ref); is && blocked.Missing {
			j.Lacks("%s: not found, and %s waits for it", blocked.By, o.Ref)
			continue
		}
		if order := outOfOrder(o); order != "" {
			j.Lacks("%s: %s: %s", o.Ref, order, o.Message)
			continue
		}
		j.Saw("%s: waits for nothing that does not come", o.Ref)
	}
	return j
}

// outOfOrder says why an object is never applied on a cluster where nothing was before, "" where that is not so.
// Flux tries all objects of a Kustomization before it applies any: one of a kind that another of them brings keeps
// all of them back.
func outOfOrder(o flux.Object) string {
	for _, text := range []string{"no matches for kind", "could not find the requested resource"} {
		if o.State == flux.Failed && strings.Contains(o.Message, text) {
			return "it has an object of a kind that is not defined yet, so nothing of it is applied: move what is of " +
				"that kind " +
				"into a Kustomization that depends on the one with the definitions"
		}
	}
	return ""
}
