package routing

import (
	"slices"

	"k8s.io/apimachinery/pkg/types"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const hostMismatch diagnose.Code = "host-mismatch-raw-ip-works"

func hostMismatchRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     hostMismatch,
		Meaning:  "no route of any kind has the host, so only other hosts or the raw address answer",
		Evidence: "no Ingress, HTTPRoute, IngressRoute, DNSEndpoint or annotated Service has it; one may differ by a letter",
		Remedy:   "add a rule for the host, or request another one",
		Blocks:   []diagnose.Layer{diagnose.DNS, diagnose.Certificate},
		Find:     findHostMismatch,
	}}
}

// looked are the kinds of routes that were looked at.
func looked(r *diagnose.Route) string {
	var kinds []string
	for _, k := range []struct {
		part facts.Part
		name string
	}{
		{facts.Ingresses, "Ingresses"},
		{facts.GatewayAPI, "HTTPRoutes"},
		{facts.TraefikKinds, "IngressRoutes"},
		{facts.DNSEndpoints, "DNSEndpoints"},
		{facts.Services, "Services"},
	} {
		if r.Index.Looked(k.part, "") {
			kinds = append(kinds, k.name)
		}
	}
	return diagnose.List(kinds)
}

// findHostMismatch finds a host that no route has. A raw address answers other hosts all the same.
func findHostMismatch(r *diagnose.Route) []diagnose.Finding {
	if !r.Index.Looked(facts.Ingresses, r.Ingress.Namespace) {
		return nil
	}
	if r.Source == nil {
		evidence := diagnose.Fact("routes", "of %s, none has the host %s", looked(r), r.Host)
		object, remedy := "host "+r.Host, diagnose.Remedy{
			Text: "add a rule for the host to a route, or request another host",
		}
		if r.Ingress != (types.NamespacedName{}) {
			object = r.Target.Source().String()
			evidence = diagnose.Fact(object, "not found")
		}
		out := diagnose.One(object, "no route has the host "+r.Host, remedy, evidence)
		if i, host := closest(r); i != nil {
			out[0].Object = i.String()
			out[0].Evidence = append(
				out[0].Evidence,
				diagnose.Fact(i.String(), "has a rule for %s, which differs by a letter or two", host),
			)
		}
		return out
	}
	if r.Rule != nil || r.Source.Default != nil || r.Block != nil ||
		slices.ContainsFunc(r.Index.ByHost[r.Host], func(i *edge.Route) bool { return i != r.Source }) {
		return nil
	}
	return diagnose.One(
		r.Source.String(),
		"the Ingress has no rule for "+r.Host,
		diagnose.Remedy{Text: "add a rule for the host, or request another host"},
		diagnose.Fact(r.Source.String(), "rules for %s", diagnose.List(r.Source.RuleHosts())),
	)
}

// closest is an Ingress whose host looks like the route's, the usual slip. It is looked for only when nothing else
// fits.
func closest(r *diagnose.Route) (*edge.Route, string) {
	const slips = 2
	for _, other := range r.Index.Routes {
		for _, host := range other.RuleHosts() {
			if distance(host, r.Host, slips) <= slips {
				return other, host
			}
		}
	}
	return nil, ""
}

// distance is the Levenshtein distance of two names, or more than the limit.
func distance(a, b string, limit int) int {
	if d := len(a) - len(b); d > limit || -d > limit {
		return limit + 1
	}
	row := make([]int, len(b)+1)
	for i := range row {
		row[i] = i
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for k := range len(b) {
			cost := diagonal
			if a[i] != b[k] {
				cost++
			}
			diagonal = row[k+1]
			row[k+1] = min(cost, row[k]+1, row[k+1]+1)
		}
	}
	return row[len(b)]
}
