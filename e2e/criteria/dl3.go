package criteria

import (
	"github.com/edgeproof/edgeproof/e2e/edge/flux"
	"github.com/edgeproof/edgeproof/e2e/judge"
)

func dl3() Criterion {
	return Criterion{
		ID: "DL-3", Text: "a promotion is a new revision: the engine upgrades and prunes as in production, Helm's " +
			"hooks and CRD " +
			"policy included",
		Check: promotes, Needs: delivery(),
	}
}

// promotes judges that a new revision was taken over, and that nothing keeps the next one back: no object is
// suspended or stalled, and what Git no longer has is pruned.
func promotes(v View) judge.Judgement {
	var j judge.Judgement
	for _, o := range delivering(&j, v) {
		switch {
		case o.State == flux.Suspended:
			j.Lacks("%s: suspended, so no revision is taken over", o.Ref)
		case o.State == flux.Stalled:
			j.Lacks("%s: stalled, so no upgrade is tried: %s", o.Ref, o.Message)
		case o.Kind == flux.Kustomization && !o.Prune:
			j.Lacks("%s: spec.prune is false: what Git no longer has stays", o.Ref)
		default:
			j.Saw("%s: takes new revisions", o.Ref)
		}
	}
	if v.Delivery != nil && v.Delivery.Unpromoted != "" {
		j.Never("%s", v.Delivery.Unpromoted)
	}
	if v.Delivery != nil && v.Delivery.Promotion != "" {
		j.Saw("%s", v.Delivery.Promotion)
	}
	return j
}
