package verdict

import (
	"fmt"
	"slices"
	"strings"
)

// runPlanned is the operation of an error that is drawn from the reasons, and so is no reason of its own.
const runPlanned = "run the planned specs"

// Conclude computes Result and Reasons from everything else. An error without a description is described from
// the reasons.
func (v *Verdict) Conclude() {
	v.Result, v.Reasons = Decide(v)
	if v.Result == Errored && v.Error == nil {
		v.Error = &Error{
			Operation: runPlanned,
			Message:   strings.Join(v.Reasons, "; "),
			Remedy:    "read the log of the run for what stopped it, then run it again",
		}
	}
}

// Decide is the rule of the result, with the sentences that explain it. In order of weight:
//
//  1. anything failed: fail. What was shown to be false stays false even when the run was cut short afterwards.
//  2. an error, nothing planned, or not everything planned finished: error.
//  3. anything not proved (skipped, flaky, unsupported, filtered out, no proof of the seal, no upgrade where one was
//     to be, later than the baseline allows): partial.
//  4. else pass. What the profile of the run cannot judge is no part of that.
//
// Reasons of lower weight are listed after those that decided.
func Decide(v *Verdict) (Result, []string) {
	failures, errs, gaps := v.failures(), v.errors(), v.gaps()
	reasons := slices.Concat(failures, errs, gaps)
	switch {
	case len(failures) > 0:
		return Fail, reasons
	case len(errs) > 0:
		return Errored, reasons
	case len(gaps) > 0:
		return Partial, reasons
	}
	return Pass, nil
}

// Clean says that nothing speaks against the bundle, as far as the run went: a pass, or a shard whose part is one.
func (v *Verdict) Clean() bool {
	return len(v.failures()) == 0 && len(v.errors()) == 0 && (len(v.gaps()) == 0 || v.Shard != nil && len(v.gaps()) == 1)
}

// ExitCode is the exit status of the run: 0 pass, 1 fail or partial, 2 error or not concluded. A shard whose part
// is proved ends with 0.
func (v *Verdict) ExitCode() int {
	if v.Shard != nil && v.Result == Partial && v.Clean() {
		return ExitPass
	}
	return v.Result.ExitCode()
}

func (v *Verdict) failures() []string {
	var out []string
	if ids := v.criteriaWith(Failed); len(ids) > 0 {
		out = append(out, fmt.Sprintf("%s failed: %s", count(len(ids), "criterion", "criteria"), strings.Join(ids, ", ")))
	}
	if v.Specs.Failed > 0 {
		out = append(out, fmt.Sprintf("%d of %s failed", v.Specs.Failed,
			count(v.Specs.Planned, "planned spec", "planned specs")))
	}
	if ids := v.faultsWith(Failed); len(ids) > 0 {
		out = append(out, fmt.Sprintf("%s not handled as expected: %s", count(len(ids), "fault", "faults"),
			strings.Join(ids, ", ")))
	}
	if ids := v.Ineffective(); len(ids) > 0 {
		out = append(out, fmt.Sprintf("%s turned nothing red: %s", count(len(ids), "fault", "faults"),
			strings.Join(ids, ", ")))
	}
	// a filter leaves killers out
	if ids := v.Uncovered(); v.Catalogue == Full && v.Shard == nil && v.Specs.Filtered == 0 && len(ids) > 0 {
		out = append(out, fmt.Sprintf("no fault turned %s red: %s", count(len(ids), "criterion", "criteria"),
			strings.Join(ids, ", ")))
	}
	if hosts := v.routesWith(Failed); len(hosts) > 0 {
		out = append(out, fmt.Sprintf("%s failed for the external client: %s", count(len(hosts), "route", "routes"),
			strings.Join(hosts, ", ")))
	}
	return slices.Concat(out, v.objections(Failed))
}

// objections are those against the upgrades that came to this result.
func (v *Verdict) objections(r Result) []string {
	var out []string
	for _, u := range v.Upgrades {
		if u.Result() == r {
			out = append(out, u.Objections()...)
		}
	}
	return out
}

func (v *Verdict) errors() []string {
	var out []string
	stopped := v.Error != nil && v.Error.Operation != runPlanned
	if stopped {
		out = append(out, v.Error.Operation+": "+v.Error.Message)
	}
	switch s := v.Specs; {
	case s.Planned == 0 && !stopped && v.Shard.First():
		out = append(out, "no spec was planned")
	case s.Planned != s.Finished:
		out = append(out, fmt.Sprintf("%d of %s finished", s.Finished, count(s.Planned, "planned spec", "planned specs")))
	}
	return out
}

// gaps lists what keeps a run without failures from being a pass.
func (v *Verdict) gaps() []string {
	var out []string
	for _, r := range []Result{Skipped, Unsupported, Flaky} {
		switch ids := v.criteriaWith(r); {
		case len(ids) == len(v.Criteria) && len(ids) > 1:
			out = append(out, fmt.Sprintf("all %d criteria %s", len(ids), r))
		case len(ids) > 0:
			out = append(out, fmt.Sprintf("%s %s: %s", count(len(ids), "criterion", "criteria"), r, strings.Join(ids, ", ")))
		}
		if ids := v.faultsWith(r); len(ids) > 0 {
			out = append(out, fmt.Sprintf("%s %s: %s", count(len(ids), "fault", "faults"), r, strings.Join(ids, ", ")))
		}
		if hosts := v.routesWith(r); len(hosts) > 0 {
			out = append(out, fmt.Sprintf("%s %s: %s", count(len(hosts), "route", "routes"), r, strings.Join(hosts, ", ")))
		}
	}
	for _, n := range []struct {
		n    int
		what Result
	}{{v.Specs.Skipped, Skipped}, {v.Specs.Unsupported, Unsupported}, {v.Specs.Flaky, Flaky}} {
		if n.n > 0 {
			out = append(out, fmt.Sprintf("%s %s", count(n.n, "spec", "specs"), n.what))
		}
	}
	if v.Specs.Filtered > 0 {
		out = append(out, fmt.Sprintf("%s left out by a focus or label filter", count(v.Specs.Filtered, "spec", "specs")))
	}
	if v.Shard != nil {
		out = append(out, "it is shard "+v.Shard.String()+" of a run: make one verdict of all shards with `edgeproof "+
			"verdict merge`")
	}
	out = slices.Concat(out, v.objections(Skipped), v.Untried(), v.late())
	if len(v.Criteria) == 0 {
		out = append(out, "no criterion was judged")
	}
	switch {
	case v.Profile == Live: // on the real internet, which no seal keeps out
	case v.Hermetic == nil:
		out = append(out, "the seal of the run was not measured")
	case !v.Hermetic.Sealed:
		out = append(out, "the run was not sealed")
	}
	return out
}

func (v *Verdict) criteriaWith(r Result) []string {
	return pick(v.Criteria, func(c Criterion) (string, bool) {
		beyond := !v.Judges(c.ID.Family()) && (r == Skipped || r == Unsupported) ||
			r == Skipped && v.Shard != nil && len(v.Specs.Of(c.ID)) == 0
		return string(c.ID), c.Result == r && !beyond
	})
}

func (v *Verdict) faultsWith(r Result) []string {
	return pick(v.Faults, func(f Fault) (string, bool) { return f.ID, f.Result == r })
}

func (v *Verdict) routesWith(r Result) []string {
	return pick(v.Routes, func(x Route) (string, bool) { return x.Host, x.Result == r })
}

func pick[T any](list []T, want func(T) (string, bool)) []string {
	var out []string
	for _, x := range list {
		if name, ok := want(x); ok {
			out = append(out, name)
		}
	}
	return out
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
