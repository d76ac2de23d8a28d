package gate

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// unproved lists what the verdict's own evidence does not prove.
func unproved(v *verdict.Verdict) findings {
	f := &findings{}
	f.run(v)
	f.faults(v)
	f.specs(v)
	f.criteria(v)
	f.routes(v)
	for _, u := range v.Upgrades {
		for _, said := range u.Objections() {
			f.add("", "%s", said)
		}
	}
	f.times(v)
	return *f
}

// run lists what is wrong with the run as a whole.
func (f *findings) run(v *verdict.Verdict) {
	if v.Error != nil {
		f.unfinished("%s: %s", v.Error.Operation, v.Error.Message)
	}
	switch s := v.Specs; {
	case len(s.List) == 0:
		f.unfinished("no spec was run")
	case s.Planned != len(s.List) || s.Planned != s.Finished:
		f.unfinished("%d specs were planned, %d are listed and %d finished", s.Planned, len(s.List), s.Finished)
	}
	if v.Specs.Filtered > 0 {
		f.add("", "%d specs were left out by a focus or label filter", v.Specs.Filtered)
	}
	if v.Profile != "" {
		f.add("", "the run only looked at a cluster that exists (profile %s): it neither installed the bundle nor broke it",
			v.Profile)
	}
	switch {
	case v.Hermetic == nil:
		f.add("", "whether the run was sealed was not measured")
	case !v.Hermetic.Sealed:
		f.add("", "the run was not sealed")
	}
	for _, bound := range []struct{ to, as string }{
		{"version of the suite", v.Suite.Version},
		{"version of Kubernetes", v.Cluster.Kubernetes},
		{"digest of the bundle", v.Bundle.Digest},
	} {
		if bound.as == "" {
			f.add("", "the verdict names no %s", bound.to)
		}
	}
	for _, image := range v.Bundle.Images {
		if !strings.HasPrefix(image.Digest, "sha256:") {
			f.add("", "image %s is named without a digest", image.Name)
		}
	}
	if v.Suite.Started.IsZero() || v.Suite.Finished.IsZero() {
		f.add("", "the verdict does not say when it was made")
	}
}

// faults lists the faults that were not proved.
func (f *findings) faults(v *verdict.Verdict) {
	for _, x := range v.Faults {
		if x.Result != verdict.Passed {
			f.add(x.ID, "fault %s %s: %s", x.ID, x.Result, x.Reason)
		} else if !x.LooksOnly() && len(x.Red) == 0 {
			f.add(x.ID, "fault %s turned nothing red, so it shows nothing", x.ID)
		}
	}
}

// specs lists the specs that did not pass, each under its fault or its criteria.
func (f *findings) specs(v *verdict.Verdict) {
	for _, s := range v.Specs.List {
		if s.Result == verdict.Passed && len(s.Evidence) == 0 && len(s.Criteria) > 0 {
			f.add(subject(s), "%s passed, and nothing shows it", s.Name)
		}
		if s.Result == verdict.Passed || f.has(subject(s)) && subject(s) != "" {
			continue
		}
		f.add(subject(s), "%s %s: %s", s.Name, s.Result, s.Reason+attempts(s.History))
	}
}

// attempts shows every try of a spec that was tried more than once.
func attempts(history []verdict.Attempt) string {
	var out strings.Builder
	for n, a := range history {
		fmt.Fprintf(&out, "; attempt %d %s", n+1, a.Result)
		if a.Reason != "" {
			out.WriteString(": " + a.Reason)
		}
	}
	return out.String()
}

// criteria lists the criteria that no spec judged, and those that no fault of the full catalogue turned red.
func (f *findings) criteria(v *verdict.Verdict) {
	for _, c := range criteria.All() {
		if len(v.Specs.Of(c.ID)) == 0 {
			f.add(string(c.ID), "no spec judged %s", c.ID)
		}
	}
	if v.Catalogue == verdict.Full {
		for _, id := range v.Uncovered() {
			f.add(id, "no fault turned %s red, so it may be one that cannot fail", id)
		}
	}
}

// routes lists the hosts that do not work, by what the external client saw.
func (f *findings) routes(v *verdict.Verdict) {
	if len(v.Routes) == 0 {
		f.add(string(criteria.Works), "the external client saw no route")
	}
	for _, r := range v.Routes {
		if r.Result != verdict.Passed {
			f.add(string(criteria.Works), "%s %s for the external client: %s", r.Host, r.Result, r.Reason)
		}
	}
}

// faultSpec is the name of a fault's spec: its pattern and its id stand before the title.
func faultSpec(s verdict.Spec) (id string, is bool) {
	for _, c := range s.Criteria {
		if c.Family() != criteria.FailurePattern {
			continue
		}
		if found := regexp.MustCompile(string(c) + ` ([a-z0-9-]+): `).FindStringSubmatch(s.Name); found != nil {
			return found[1], true
		}
	}
	return "", false
}

// subject is what an allowance calls a spec: its fault, or its criterion.
func subject(s verdict.Spec) string {
	if id, is := faultSpec(s); is {
		return id
	}
	if len(s.Criteria) == 1 {
		return string(s.Criteria[0])
	}
	return ""
}
