package gate

import (
	"fmt"
	"slices"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// Want is what a verdict is compared with: what the bundle and the suite say by themselves, read again and not
// from the verdict.
type Want struct {
	// Bundle and Apps are what is to be promoted; Baseline is what it replaces, nil where nothing is to be replaced.
	Bundle, Apps verdict.Content
	Baseline     *verdict.Content
	// Images are the references that the bundle runs, Hosts those that it serves.
	Images, Hosts []string
	// Catalogues are the suite's faults.
	Catalogues map[verdict.Catalogue][]Fault
	// Convergence is the suite's baseline for times.
	Convergence verdict.Convergence
}

// Fault is what the suite expects of a fault of its catalogue.
type Fault struct {
	ID         string
	Expected   []string
	Red, Green []criteria.ID
}

// mismatches lists where the verdict is of something else than what is to be promoted.
func (w Want) mismatches(v *verdict.Verdict) []string {
	var out []string
	same := func(what, is, want string) {
		if is != want {
			out = append(out, fmt.Sprintf("the verdict is of %s %q, and this one is %q", what, is, want))
		}
	}
	same("a bundle", v.Bundle.Digest, w.Bundle.Digest)
	same("applications", v.Apps.Digest, w.Apps.Digest)
	if w.Baseline != nil && v.Baseline != nil {
		same("a baseline", v.Baseline.Digest, w.Baseline.Digest)
	}
	for _, reference := range w.Images {
		if !slices.ContainsFunc(v.Bundle.Images, func(i verdict.Image) bool { return i.Name == reference }) {
			out = append(out, fmt.Sprintf("the bundle runs image %s, and the verdict is of a run without it", reference))
		}
	}
	return append(out, w.altered(v)...)
}

// altered lists where the verdict says of the suite's own yardsticks what the suite does not.
func (w Want) altered(v *verdict.Verdict) []string {
	var out []string
	for _, f := range v.Faults {
		n := slices.IndexFunc(w.Catalogues[v.Catalogue], func(x Fault) bool { return x.ID == f.ID })
		if n < 0 {
			out = append(out, fmt.Sprintf("fault %s is not in the suite's catalogue %q", f.ID, v.Catalogue))
			continue
		}
		x := w.Catalogues[v.Catalogue][n]
		if !slices.Equal(x.Expected, f.Expected) {
			out = append(out, fmt.Sprintf("fault %s expects %v in the verdict, and %v in the suite's catalogue", f.ID,
				f.Expected, x.Expected))
		}
		if f.Result == verdict.Passed && (!sameSet(x.Red, f.Red) || !sameSet(x.Green, f.Green)) {
			out = append(out, fmt.Sprintf("fault %s turned %v red and left %v green, and the suite's catalogue wants %v and %v",
				f.ID, f.Red, f.Green, x.Red, x.Green))
		}
	}
	return append(out, w.otherTimes(v)...)
}

// missing lists what the verdict should hold and does not.
func (w Want) missing(v *verdict.Verdict) findings {
	f := &findings{}
	if w.Baseline != nil && v.Baseline == nil {
		f.add("", "no upgrade from %s was tried", w.Baseline.Path)
	}
	for _, u := range v.Untried() {
		f.add("", "%s", u)
	}
	if len(w.Catalogues[v.Catalogue]) == 0 {
		f.add("", "the suite has no catalogue %q of faults", v.Catalogue)
	}
	for _, x := range w.Catalogues[v.Catalogue] {
		if !slices.ContainsFunc(v.Faults, func(f verdict.Fault) bool { return f.ID == x.ID }) {
			f.add(x.ID, "fault %s of the %s catalogue was not proved", x.ID, v.Catalogue)
		}
	}
	for _, host := range w.Hosts {
		if !slices.ContainsFunc(v.Routes, func(r verdict.Route) bool { return r.Host == host }) {
			f.add(string(criteria.Works), "%s was not requested by the external client", host)
		}
	}
	return *f
}
