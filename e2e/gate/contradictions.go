package gate

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// contradictions lists where a verdict disagrees with itself: where one part of it was changed, another still tells.
func contradictions(v *verdict.Verdict) []string {
	c := &contradiction{}
	if err := v.Validate(); err != nil {
		for _, e := range parts(err) {
			c.say("%v", e)
		}
	}
	c.result(v)
	c.criteria(v)
	c.specs(v)
	c.faults(v)
	c.routes(v)
	return c.said
}

type contradiction struct{ said []string }

func (c *contradiction) say(format string, args ...any) {
	c.said = append(c.said, fmt.Sprintf(format, args...))
}

// parts takes a joined error apart.
func parts(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok { // the join itself is wanted, not what it holds
		return joined.Unwrap()
	}
	return []error{err}
}

func (c *contradiction) result(v *verdict.Verdict) {
	_, reasons := verdict.Decide(v)
	if !slices.Equal(reasons, v.Reasons) {
		c.say("the verdict gives the reasons %q, and its parts give %q", v.Reasons, reasons)
	}
}

// criteria derives every criterion again from its specs.
func (c *contradiction) criteria(v *verdict.Verdict) {
	again := *v
	again.JudgeCriteria()
	drawn := map[string]verdict.Criterion{}
	for _, x := range again.Criteria {
		drawn[string(x.ID)] = x
	}
	for _, is := range v.Criteria {
		want := drawn[string(is.ID)]
		if is.Result != want.Result {
			c.say("criterion %s is called %s, and its specs make it %s", is.ID, is.Result, want.Result)
			continue
		}
		if is.Reason != want.Reason || is.Seconds != want.Seconds || !slices.Equal(is.Evidence, want.Evidence) ||
			!slices.Equal(is.Objects, want.Objects) {
			c.say("criterion %s says something else than its specs", is.ID)
		}
	}
}

func (c *contradiction) specs(v *verdict.Verdict) {
	names := map[string]bool{}
	for _, s := range v.Specs.List {
		if names[s.Name] {
			c.say("spec %s is listed twice", s.Name)
		}
		names[s.Name] = true
		if s.Result == verdict.Passed && (s.Reason != "" || len(s.Objects) > 0) {
			c.say("spec %s is called passed, and says what is wrong: %s", s.Name, s.Reason)
		}
		if s.Result == verdict.Passed && s.Attempts > 1 {
			c.say("spec %s is called passed, and was tried %d times", s.Name, s.Attempts)
		}
		if s.Result == verdict.Passed && s.Attempts < 1 {
			c.say("spec %s is called passed, and was never tried", s.Name)
		}
	}
}

// faults holds every fault against its own evidence and against its spec. A fault whose spec did not pass may
// have left no record.
func (c *contradiction) faults(v *verdict.Verdict) {
	recorded := map[string]verdict.Fault{}
	for _, f := range v.Faults {
		recorded[f.ID] = f
		c.fault(f)
	}
	specs := map[string]bool{}
	for _, s := range v.Specs.List {
		id, is := faultSpec(s)
		if !is {
			continue
		}
		specs[id] = true
		f, there := recorded[id]
		switch {
		case !there && s.Result == verdict.Passed:
			c.say("spec %s is called passed, and there is no fault %s", s.Name, id)
		case there && f.Result != s.Result && (f.Result == verdict.Passed || s.Result == verdict.Passed):
			c.say("fault %s is called %s, and its spec %s", id, f.Result, s.Result)
		case there && !slices.Equal(f.Criteria, s.Criteria):
			c.say("fault %s is of %v, and its spec of %v", id, f.Criteria, s.Criteria)
		}
	}
	for _, f := range v.Faults {
		if !specs[f.ID] {
			c.say("fault %s has no spec", f.ID)
		}
	}
}

func (c *contradiction) fault(f verdict.Fault) {
	if f.Result != verdict.Passed {
		return
	}
	if f.Reason != "" || len(f.Objects) > 0 {
		c.say("fault %s is called passed, and says what is wrong: %s", f.ID, f.Reason)
	}
	if !sameCauses(f.Expected, f.Diagnosed) {
		c.say("fault %s is called passed, and was diagnosed as %v where %v was expected", f.ID, f.Diagnosed, f.Expected)
	}
	if f.SecondsToDetect <= 0 || f.SecondsToRecover <= 0 {
		c.say("fault %s is called passed, and was seen after %v s and recovered after %v s", f.ID, f.SecondsToDetect,
			f.SecondsToRecover)
	}
}

// sameCauses compares causes as sets; the root cause, the first, must be the same.
func sameCauses(expected, diagnosed []string) bool {
	if len(expected) > 0 && len(diagnosed) > 0 && expected[0] != diagnosed[0] {
		return false
	}
	return sameSet(expected, diagnosed)
}

func sameSet[T cmp.Ordered](a, b []T) bool {
	set := func(s []T) []T { return slices.Compact(slices.Sorted(slices.Values(s))) }
	return slices.Equal(set(a), set(b))
}

// routes holds what the external client saw against what it is said to come to.
func (c *contradiction) routes(v *verdict.Verdict) {
	for _, r := range v.Routes {
		if r.Result != verdict.Passed {
			continue
		}
		if wrong := wrongWith(r, v.Suite.Finished); wrong != "" {
			c.say("%s is called passed, and %s", r.Host, wrong)
		}
	}
}

func wrongWith(r verdict.Route, now time.Time) string {
	leaf := r.Certificate
	switch {
	case r.Reason != "":
		return "says what is wrong: " + r.Reason
	case len(r.Addresses) == 0 || slices.ContainsFunc(r.Addresses, func(a string) bool { return a != r.Target }):
		return fmt.Sprintf("resolved to %v, where the ingress controller is at %q", r.Addresses, r.Target)
	case r.HTTPSStatus != 200:
		return fmt.Sprintf("answered %d over HTTPS", r.HTTPSStatus)
	case leaf == nil:
		return "no certificate was seen"
	case !leaf.Trusted:
		return "its certificate was not trusted"
	case !leaf.NotAfter.After(now):
		return "its certificate was over at " + leaf.NotAfter.Format(time.RFC3339)
	}
	return ""
}
