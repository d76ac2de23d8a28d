package verdict

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/edgeproof/edgeproof/e2e/criteria"
)

// Validate returns every way in which the verdict disagrees with itself or with the registry of criteria,
// joined; nil when there is none. It is meant for a verdict this version has concluded.
func (v *Verdict) Validate() error {
	c := &check{}
	c.that(v.APIVersion == APIVersion, "apiVersion is %q, want %q", v.APIVersion, APIVersion)
	c.that(v.Kind == Kind, "kind is %q, want %q", v.Kind, Kind)
	c.that(v.Result.OfRun(), "result %q is none of pass, fail, partial, error", v.Result)
	if want, reasons := Decide(v); v.Result != want {
		c.that(false, "result is %q, but the rest says %q: %v", v.Result, want, reasons)
	}
	c.that(v.Result == Pass || len(v.Reasons) > 0, "result %q has no reason", v.Result)
	c.that(v.Result != Errored || v.Error != nil, "result is error, but no error is given")
	if v.Error != nil {
		c.that(v.Error.Operation != "" && v.Error.Message != "", "error lacks its operation or its message")
	}
	c.that(slices.Contains([]Catalogue{"", Smoke, Full}, v.Catalogue), "catalogue %q is none of smoke, full", v.Catalogue)
	c.that(v.Profile == "" || v.Profile == Live, "profile %q is unknown, want live or none", v.Profile)
	c.that(v.Profile == "" || len(v.Faults) == 0 && v.Baseline == nil, "a cluster that is only read has faults or an "+
		"upgrade")
	c.that(!v.Suite.Finished.Before(v.Suite.Started), "suite finished before it started")
	v.checkCriteria(c)
	v.checkSpecs(c)
	v.checkFaults(c)
	v.checkTimes(c)
	v.checkUpgrades(c)
	v.checkTimeline(c)
	return errors.Join(c.errs...)
}

type check struct{ errs []error }

func (c *check) that(ok bool, format string, args ...any) {
	if !ok {
		c.errs = append(c.errs, fmt.Errorf("verdict: "+format, args...))
	}
}

func (c *check) seconds(s float64, what string) {
	c.that(s >= 0 && !math.IsInf(s, 0) && !math.IsNaN(s), "%s is %v seconds", what, s)
}

func (v *Verdict) checkCriteria(c *check) {
	seen := map[criteria.ID]int{}
	for _, x := range v.Criteria {
		seen[x.ID]++
		c.part(x.Result, x.Reason, "criterion "+string(x.ID))
		c.seconds(x.Seconds, "criterion "+string(x.ID))
	}
	for _, x := range criteria.All() {
		c.that(seen[x.ID] == 1, "criterion %s appears %d times, want once", x.ID, seen[x.ID])
		delete(seen, x.ID)
	}
	for id := range seen {
		c.that(false, "criterion %s is not registered", id)
	}
}

func (v *Verdict) checkSpecs(c *check) {
	want := Tally(v.Specs.Planned, v.Specs.Filtered, v.Specs.List)
	got, w := v.Specs, want
	got.List, w.List = nil, nil
	c.that(got.Finished == w.Finished && got.Passed == w.Passed && got.Failed == w.Failed && got.Skipped == w.Skipped &&
		got.Flaky == w.Flaky && got.Unsupported == w.Unsupported, "specs are counted %+v, but listed %+v", got, w)
	c.that(v.Specs.Finished <= v.Specs.Planned, "%d specs finished of %d planned", v.Specs.Finished, v.Specs.Planned)
	c.that(v.Specs.Planned >= 0 && v.Specs.Filtered >= 0, "specs planned or filtered below zero")
	for _, s := range v.Specs.List {
		c.part(s.Result, s.Reason, "spec "+s.Name)
		c.seconds(s.Seconds, "spec "+s.Name)
		c.that(s.Name != "", "a spec has no name")
		c.that(s.Finished || s.Result == Skipped, "spec %s is %s, but did not finish", s.Name, s.Result)
		v.checkRefs(c, s.Criteria, "spec "+s.Name)
		v.checkHistory(c, s)
		if s.Result != Failed {
			continue
		}
		for _, id := range s.Criteria {
			c.that(slices.Contains(v.criteriaWith(Failed), string(id)), "spec %s failed, but its criterion %s did not", s.Name,
				id)
		}
	}
}

func (v *Verdict) checkFaults(c *check) {
	seen := map[string]bool{}
	for _, f := range v.Faults {
		c.that(f.ID != "" && !seen[f.ID], "fault id %q is empty or not unique", f.ID)
		seen[f.ID] = true
		c.part(f.Result, f.Reason, "fault "+f.ID)
		c.seconds(f.SecondsToDetect, "fault "+f.ID+" detected after")
		c.seconds(f.SecondsToRecover, "fault "+f.ID+" recovered after")
		v.checkRefs(c, slices.Concat(f.Criteria, f.Red, f.Green), "fault "+f.ID)
	}
	for _, r := range v.Routes {
		c.that(r.Host != "", "a route has no host")
		c.part(r.Result, r.Reason, "route "+r.Host)
	}
}

func (v *Verdict) checkTimes(c *check) {
	for _, p := range v.Phases {
		c.that(p.Name != "", "a phase has no name")
		c.seconds(p.Seconds, "phase "+p.Name)
		c.seconds(p.FixedDelaySeconds, "fixed delays of phase "+p.Name)
	}
	if v.Convergence != nil {
		for _, t := range v.Convergence.Times {
			c.that(slices.Contains(Measures(), t.To), "time to %q is none of %v", t.To, Measures())
			c.seconds(t.Seconds, "time to "+t.To)
			c.seconds(t.BaselineSeconds, "the baseline's time to "+t.To)
		}
	}
	c.seconds(v.Budget.WallSeconds, "wall time")
	c.seconds(v.Budget.FixedDelaySeconds, "fixed delays")
	c.seconds(v.Budget.Ratio, "ratio")
}

func (c *check) part(r Result, reason, what string) {
	c.that(r.OfPart(), "%s has result %q", what, r)
	c.that(r == Passed || reason != "", "%s is %s without a reason", what, r)
}

func (v *Verdict) checkRefs(c *check, ids []criteria.ID, what string) {
	for _, id := range ids {
		_, ok := criteria.Lookup(id)
		c.that(ok, "%s refers to criterion %s, which is not registered", what, id)
	}
}

// checkHistory holds a spec against its attempts: the last one is what the spec came to, and a pass after
// anything else is flaky.
func (v *Verdict) checkHistory(c *check, s Spec) {
	if len(s.History) == 0 {
		return
	}
	want := s.History[len(s.History)-1].Result
	for _, a := range s.History {
		c.part(a.Result, a.Reason, "an attempt of spec "+s.Name)
		if want == Passed && a.Result != Passed {
			want = Flaky
		}
	}
	c.that(s.Result == want, "spec %s is %s, and its attempts make it %s", s.Name, s.Result, want)
	c.that(s.Attempts == len(s.History), "spec %s was tried %d times, and %d attempts are listed", s.Name, s.Attempts,
		len(s.History))
}

func (v *Verdict) checkUpgrades(c *check) {
	for _, u := range v.Upgrades {
		c.that(u.Direction == Forward || u.Direction == Rollback, "direction %q is none of upgrade, rollback", u.Direction)
		c.seconds(u.Seconds, string(u.Direction))
		for _, p := range u.Probes {
			c.that(p.Kind == ProbeDNS || p.Kind == ProbeHTTPS, "%s: a probe of kind %q", u.Direction, p.Kind)
		}
	}
}

func (v *Verdict) checkTimeline(c *check) {
	seen := map[string]bool{}
	for n, e := range v.Timeline {
		c.that(e.ID != "" && !seen[e.ID], "entry id %q of the time line is empty or not unique", e.ID)
		c.that(n == 0 || !e.Time.Before(v.Timeline[n-1].Time), "entry %s of the time line is out of order", e.ID)
		c.that(e.Until.IsZero() || !e.Until.Before(e.Time), "entry %s of the time line ends before it begins", e.ID)
		c.that(e.Count >= 0, "entry %s of the time line happened %d times", e.ID, e.Count)
		seen[e.ID] = true
	}
	cite := func(ids []string, what string) {
		for _, id := range ids {
			c.that(seen[id], "%s cites %q, which is not in the time line", what, id)
		}
	}
	for _, x := range v.Criteria {
		cite(x.Cites, "criterion "+string(x.ID))
	}
	for _, f := range v.Faults {
		cite(f.Cites, "fault "+f.ID)
	}
	for _, u := range v.Upgrades {
		cite(u.Cites, string(u.Direction))
	}
	for _, f := range v.Findings {
		cite(f.Cites, "finding "+f.Cause())
	}
	c.that(v.Omitted >= 0, "%d entries are omitted from the time line", v.Omitted)
}
