package delivery

import (
	"fmt"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/flux"
)

const pruned diagnose.Code = "object-pruned"

func prunedRule() diagnose.Rule {
	return diagnose.Rule{
		Code: pruned, Kind: diagnose.Upstream,
		Meaning: "Flux deleted an object that the route needs, because Git no longer has it",
		Evidence: "an event of a Kustomization says that the object was deleted, and the object is not in the " +
			"cluster; events " +
			"are kept for an hour",
		Remedy:   "put the object back in Git",
		Explains: explainsPruned, Find: findPruned,
	}
}

// findPruned looks for the deletion of what the causes of other layers miss.
func findPruned(r *diagnose.Route) []diagnose.Finding {
	var out []diagnose.Finding
	if r.Index.Deliveries.Empty() {
		return nil
	}
	for _, t := range r.Troubles(diagnose.Delivery) {
		for _, object := range objectsOf(r, t) {
			if !missing(r, object) {
				continue
			}
			for _, k := range r.Index.Deliveries.Flux.Of(flux.Kustomization) {
				if line := deletion(r, k, object); line != "" {
					out = append(out, diagnose.Finding{
						Object: k.String(),
						Summary: fmt.Sprintf("%s deleted %s, which its source no longer has at revision %s", k.Ref, object,
							short(k.Revision)),
						Evidence: []diagnose.Evidence{
							diagnose.Fact("event of "+k.String(), "%s", line), diagnose.Fact(object, "not found"),
						},
						Remedy: diagnose.Remedy{
							Text:    "put " + object + " back in Git, below " + k.Path + ", then request a reconciliation",
							Command: reconcile(k.Ref),
						},
					})
				}
			}
		}
	}
	return out
}

// deletion is the line of an event by which a Kustomization deleted an object, "" for none.
func deletion(r *diagnose.Route, k flux.Object, object string) string {
	for _, event := range r.Index.EngineEvents(k.Ref) {
		for line := range strings.Lines(event.Message) {
			if line = strings.TrimSpace(line); strings.HasSuffix(line, " deleted") && diagnose.Names(line, object) {
				return line
			}
		}
	}
	return ""
}

func explainsPruned(r *diagnose.Route, f diagnose.Finding, t diagnose.Trouble) bool {
	for _, object := range objectsOf(r, t) {
		if strings.Contains(f.Summary, " deleted "+object+",") {
			return true
		}
	}
	return false
}
