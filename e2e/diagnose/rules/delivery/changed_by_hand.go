package delivery

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/flux"
)

const changed diagnose.Code = "changed-by-hand"

func changedRule() diagnose.Rule {
	return diagnose.Rule{
		Code: changed, Kind: diagnose.Note,
		Meaning: "a person changed an object in the cluster that a GitOps engine delivers: the two differ until the " +
			"engine " +
			"puts it back, or Git has the change",
		Evidence: "a field of an object with the labels of Flux or Argo CD is managed by kubectl or a program like it",
		Remedy:   "make the change in Git, or have the engine put the object back",
		Find:     findChanged,
	}
}

func findChanged(r *diagnose.Route) []diagnose.Finding {
	d := r.Index.Deliveries
	if len(d.Changes) == 0 {
		return nil
	}
	var out []diagnose.Finding
	for _, object := range parts(r) {
		for _, c := range d.Changed(object) {
			by, command := "Argo CD", ""
			if a := d.Application(object); a != nil {
				by, command = a.String(), sync(a)
			}
			if owner, ok := d.Owner(object); ok {
				by, command = owner.String(), reconcile(owner)
				if owner.Kind == flux.HelmRelease { // it compares with its last release, not with the cluster
					command += " --force"
				}
			}
			out = append(out, diagnose.Finding{
				Object: object,
				Summary: fmt.Sprintf("%s was changed by hand (%s, by %s%s), and %s delivers it", object,
					diagnose.List(c.Fields), c.Manager, diagnose.Since(c.Time), by),
				Evidence: []diagnose.Evidence{diagnose.Fact(object, "field manager %s: %s", c.Manager, diagnose.List(c.Fields))},
				Remedy:   diagnose.Remedy{Text: "make the change in Git, or have it put back", Command: command},
			})
		}
	}
	return out
}
