// Package gate decides from a verdict whether a bundle may be promoted.
//
// It trusts no conclusion that the verdict draws: results are derived again from specs, faults, routes, probes
// and times, and held against what the bundle and the suite say by themselves. What is missing, skipped, flaky,
// unsupported or unfinished is never promoted. The package is pure: it knows no file, no cluster and no clock
// but the one it is given.
package gate

import (
	"fmt"
	"slices"
	"time"

	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// Outcome is what becomes of a bundle.
type Outcome string

// The outcomes.
const (
	Promote     Outcome = "promote"
	Block       Outcome = "block"
	CannotJudge Outcome = "cannot judge"
)

// ExitCode is the exit status for an outcome: 0 promote, 1 block, 2 could not judge. Anything else is 2.
func (o Outcome) ExitCode() int {
	switch o {
	case Promote:
		return verdict.ExitPass
	case Block:
		return verdict.ExitFail
	case CannotJudge:
	}
	return verdict.ExitError
}

// UnmarshalText also reads a block under its first name, "hold".
func (o *Outcome) UnmarshalText(text []byte) error {
	switch read := Outcome(text); read {
	case "hold":
		*o = Block
	case Promote, Block, CannotJudge:
		*o = read
	default:
		return fmt.Errorf("read the outcome of a gate: %q is none of %s, %s, %s", read, Promote, Block, CannotJudge)
	}
	return nil
}

// Decision is an outcome with the sentences that explain it.
type Decision struct {
	Outcome Outcome `json:"outcome"`
	// Reasons say why the bundle is not promoted.
	Reasons []string `json:"reasons"`
	// Notes say what was allowed, and what an allowance was of no use for.
	Notes []string `json:"notes"`
}

// Decide is the rule, in order of weight:
//
//  1. the verdict contradicts itself, or is of another bundle than the one it is compared with: it cannot be judged,
//     whatever its result.
//  2. something was shown to be false, or not proved, and no allowance in force names it; or an allowance itself is
//     not in order: block.
//  3. the run did not finish: it cannot be judged.
//  4. else promote.
func Decide(v *verdict.Verdict, want Want, allowances []Allowance, now time.Time) Decision {
	if refused := slices.Concat(contradictions(v), want.mismatches(v)); len(refused) > 0 {
		return Decision{Outcome: CannotJudge, Reasons: refused}
	}
	var unfinished, blocking []string
	allowed := allow(allowances, now)
	for _, f := range slices.Concat(unproved(v), want.missing(v)) {
		switch {
		case f.unfinished:
			unfinished = append(unfinished, f.text)
		case !allowed.covers(f):
			blocking = append(blocking, f.text)
		}
	}
	blocking = append(blocking, allowed.problems(v, want)...)
	d := Decision{Reasons: slices.Concat(blocking, unfinished), Notes: allowed.notes()}
	switch {
	case len(blocking) > 0:
		d.Outcome = Block
	case len(unfinished) > 0:
		d.Outcome = CannotJudge
	default:
		d.Outcome = Promote
	}
	return d
}

// finding is one thing that keeps a bundle from being promoted. Its id is what an allowance may name; empty,
// and nothing allows it.
type finding struct {
	id, text   string
	unfinished bool
}

type findings []finding

func (f *findings) add(id, format string, args ...any) {
	*f = append(*f, finding{id: id, text: fmt.Sprintf(format, args...)})
}

func (f *findings) unfinished(format string, args ...any) {
	*f = append(*f, finding{text: fmt.Sprintf(format, args...), unfinished: true})
}

func (f findings) has(id string) bool {
	return slices.ContainsFunc(f, func(x finding) bool { return x.id == id })
}
