package dns

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge"
)

const sameHost diagnose.Code = "same-host-multi-ingress"

func sameHostRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    sameHost,
		Meaning: "several Ingresses give the same host different targets",
		Evidence: "Ingresses of one host with unequal status; 0.21 and later publishes all targets together, earlier ones " +
			"the targets of one Ingress",
		Remedy: "let one Ingress, or one address, serve the host",
		After:  []diagnose.Code{candidates},
		Find:   findSameHost,
	}}
}

// others are the Ingresses of the same host whose targets differ from the route's.
func others(r *diagnose.Route) []*edge.Route {
	if r.Source == nil || len(r.Index.ByHost[r.Host]) < 2 {
		return nil
	}
	own := targetsOf(r, r.Source)
	var out []*edge.Route
	for _, o := range r.Index.ByHost[r.Host] {
		if targets := targetsOf(r, o); o != r.Source && len(own) > 0 && len(targets) > 0 && !sameSet(own, targets) {
			out = append(out, o)
		}
	}
	return out
}

func findSameHost(r *diagnose.Route) []diagnose.Finding {
	others := others(r)
	if len(others) == 0 || r.Has(candidates) {
		return nil
	}
	what := "publishes the targets of all of them"
	if r.Sync.Before(0, 21) {
		what = "publishes the targets of one of them"
	}
	evidence := targetEvidence(r, append([]*edge.Route{r.Source}, others...)...)
	for _, rec := range naming(r).held {
		evidence = append(evidence, rec.Evidence())
	}
	if r.HTTPS != nil && r.HTTPS.Connect != nil {
		for _, tried := range r.HTTPS.Connect.Tried {
			if tried.Error != "" {
				evidence = append(
					evidence,
					diagnose.Fact("probe "+r.HTTPS.Request.URL, "%s: %s", tried.Address, tried.Error),
				)
			}
		}
	}
	return diagnose.One(
		others[0].String(),
		fmt.Sprintf(
			"%s serves the host too, with another target, and external-dns %s",
			others[0].String(),
			what,
		),
		diagnose.Remedy{
			Text:    "let one Ingress serve the host",
			Command: others[0].Command("delete"),
		},
		evidence...)
}
