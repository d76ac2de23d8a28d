package criteria

import (
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/judge"
)

func dw5() Criterion {
	return Criterion{
		ID: "DW-5", Text: "any failure is explained: app routing, DNS sync, or certificate issuance (or the credential " +
			"that two of them share, or the delivery that all of them rest on)",
		Check: explained, Adds: Findings,
	}
}

// explained judges that what fails is explained, by causes that have a name.
func explained(v View) judge.Judgement {
	var j judge.Judgement
	for _, d := range Diagnoses(v.Explain(), v.Target) {
		unattributed := slices.ContainsFunc(d.Causes, func(f diagnose.Finding) bool {
			return f.Code == diagnose.Unattributed
		})
		works := worksFor(v, d.Host)
		switch {
		case d.Healthy && !works.Met:
			j.Lacks("%s: does not work, and is found healthy: %s", d.Host, strings.Join(works.Reasons, "; "))
		case d.Healthy:
			j.Saw("%s: works, every layer of the chain is clear", d.Host)
		case len(d.Causes) == 0:
			j.Lacks("%s: is not healthy, and no cause is named", d.Host)
		case unattributed:
			j.Lacks("%s: %s: %s", d.Host, diagnose.Unattributed, d.Causes[0].Summary)
		default:
			j.Saw("%s: %s", d.Host, strings.Join(Causes(d), ", "))
		}
	}
	return j
}

// worksFor judges DW-4 for one host alone: what is wrong with another is not to be explained here.
func worksFor(v View, host string) judge.Judgement {
	var routes []judge.Route
	for _, route := range v.Target.Routes {
		if slices.Contains(route.Hosts, host) {
			route.Hosts = []string{host}
			routes = append(routes, route)
		}
	}
	v.Target.Routes = routes
	return Judge(Works, v)
}

// Diagnoses explains every host of a target.
func Diagnoses(explain *diagnose.Explainer, target judge.Target) []diagnose.Diagnosis {
	var out []diagnose.Diagnosis
	for _, route := range target.Routes {
		for _, host := range route.Hosts {
			out = append(out, explain.Explain(diagnose.TargetOf(host, route.Source)))
		}
	}
	return out
}

// Causes names the causes of a diagnosis as "layer/code", the root cause first.
func Causes(d diagnose.Diagnosis) []string {
	out := make([]string, 0, len(d.Causes))
	for _, f := range d.Causes {
		out = append(out, string(f.Layer)+"/"+string(f.Code))
	}
	return out
}
