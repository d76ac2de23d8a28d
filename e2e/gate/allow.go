package gate

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"sigs.k8s.io/yaml"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// Allowance lets a bundle be promoted although one thing is not proved. Somebody answers for it, and it ends.
type Allowance struct {
	// ID is a criterion, a fault, or a time such as "time-to-record".
	ID     string `json:"id"`
	Owner  string `json:"owner"`
	Reason string `json:"reason"`
	// Expires is the last day on which it holds, as 2006-01-02 (UTC).
	Expires string `json:"expires"`
}

// ReadAllowances reads a list of allowances in YAML or JSON. Every field is needed, and no other is known.
func ReadAllowances(raw []byte) ([]Allowance, error) {
	var list []Allowance
	if err := yaml.UnmarshalStrict(raw, &list); err != nil {
		return nil, fmt.Errorf("read allowances: %w; give a list of entries with id, owner, reason and expires", err)
	}
	var errs []error
	seen := map[string]bool{}
	for n, a := range list {
		for _, field := range []struct{ name, value string }{
			{"id", a.ID},
			{"owner", a.Owner},
			{"reason", a.Reason},
			{"expires", a.Expires},
		} {
			if strings.TrimSpace(field.value) == "" {
				errs = append(errs, fmt.Errorf("read allowances: entry %d (%q) has no %s", n+1, a.ID, field.name))
			}
		}
		if _, err := a.end(); err != nil && a.Expires != "" {
			errs = append(errs, fmt.Errorf("read allowances: entry %d (%q): expires %q is no date; write it as 2026-01-31", n+
				1, a.ID, a.Expires))
		}
		if seen[a.ID] {
			errs = append(errs, fmt.Errorf("read allowances: entry %d: %q is allowed twice", n+1, a.ID))
		}
		seen[a.ID] = true
	}
	return list, errors.Join(errs...)
}

// end is the first moment at which the allowance no longer holds.
func (a Allowance) end() (time.Time, error) {
	day, err := time.Parse(time.DateOnly, a.Expires)
	return day.AddDate(0, 0, 1), err
}

func (a Allowance) expired(now time.Time) bool {
	end, err := a.end()
	return err != nil || !now.Before(end)
}

// allowed keeps what was allowed.
type allowed struct {
	list []Allowance
	now  time.Time
	used map[string][]string // texts of findings, by id
}

func allow(list []Allowance, now time.Time) *allowed {
	return &allowed{list: list, now: now, used: map[string][]string{}}
}

// covers says that an allowance in force names the finding.
func (a *allowed) covers(f finding) bool {
	if f.id == "" {
		return false
	}
	for _, x := range a.list {
		if x.ID == f.id && !x.expired(a.now) {
			a.used[f.id] = append(a.used[f.id], f.text)
			return true
		}
	}
	return false
}

// problems lists the allowances that are not in order.
func (a *allowed) problems(v *verdict.Verdict, w Want) []string {
	var out []string
	for _, x := range a.list {
		switch {
		case x.ID == "" || x.Owner == "" || x.Reason == "":
			out = append(out, fmt.Sprintf("the allowance of %q names no owner or no reason", x.ID))
		case x.expired(a.now):
			out = append(out, fmt.Sprintf("the allowance of %s by %s expired after %s: mend what it allows, or answer for it "+
				"again", x.ID, x.Owner, x.Expires))
		case !known(x.ID, v, w):
			out = append(out, fmt.Sprintf("the allowance of %s by %s names no criterion, no fault and no time that is known",
				x.ID, x.Owner))
		}
	}
	return out
}

// known reports whether an allowance may name id.
func known(id string, v *verdict.Verdict, w Want) bool {
	if _, ok := criteria.Lookup(criteria.ID(id)); ok {
		return true
	}
	for _, to := range verdict.Measures() {
		if id == TimeID(to) {
			return true
		}
	}
	return slices.ContainsFunc(v.Faults, func(f verdict.Fault) bool { return f.ID == id }) ||
		slices.ContainsFunc(w.Catalogues[verdict.Full], func(f Fault) bool { return f.ID == id })
}

// notes tells what each allowance in force was used for.
func (a *allowed) notes() []string {
	var out []string
	for _, x := range a.list {
		switch used := a.used[x.ID]; {
		case x.expired(a.now):
		case len(used) == 0:
			out = append(out, fmt.Sprintf("the allowance of %s by %s was not needed; take it out", x.ID, x.Owner))
		default:
			out = append(out, fmt.Sprintf("allowed until %s by %s (%s): %s", x.Expires, x.Owner, x.Reason,
				strings.Join(used, "; ")))
		}
	}
	return out
}
