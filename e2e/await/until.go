package await

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"k8s.io/klog/v2"
)

// Result tells how a wait went, whether it succeeded or not.
type Result struct {
	What    string        // what was awaited
	Budget  string        // name of the budget it was charged to
	Answer  Answer        // the last answer
	Before  []string      // what was seen before that and said otherwise, the latest first, at most three
	Elapsed time.Duration // from the first look to the end
	Polls   int           // looks taken
}

// Why a wait ended without its state; errors.Is tells them apart on an *Error.
var (
	ErrTimeout = errors.New("timed out")
	ErrFailed  = errors.New("failed permanently")
)

// Error is a wait that ended without its state: what was awaited, for how long, and the last states seen.
type Error struct {
	Result
	Timeout time.Duration
	Cause   error // ErrTimeout, ErrFailed, or the cause of the caller's context
}

// Error prints one line.
func (e *Error) Error() string {
	last := e.Answer.Message
	if last == "" {
		last = "nothing"
	}
	if len(e.Before) > 0 {
		last += "; before that: " + strings.Join(e.Before, "; before that: ")
	}
	return fmt.Sprintf("await %s: %v after %s of %s (budget %q, %d looks): last seen: %s",
		e.What, e.Cause, e.Elapsed.Round(time.Millisecond), e.Timeout, e.Budget, e.Polls, last)
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// remembered is how many states a wait remembers beside the last.
const remembered = 3

// saw takes an answer as the last.
func (r *Result) saw(a Answer) {
	if before := r.Answer.Message; before != "" && before != a.Message {
		r.Before = append([]string{before}, r.Before[:min(len(r.Before), remembered-1)]...)
	}
	r.Answer = a
}

// Until evaluates e at once and then at every interval of the budget, until it is met, has failed permanently,
// the budget is spent or ctx ends. Each look gets a context that ends with the budget, so that one hanging
// request cannot outlive it. Whenever the state was not reached the error is an *Error.
func Until(ctx context.Context, b Budget, what string, e Expectation) (Result, error) {
	r := Result{What: what, Budget: b.Name}
	if err := b.Validate(); err != nil {
		return r, fmt.Errorf("await %s: %w", what, err)
	}
	start := time.Now()
	deadline, cancel := b.deadline(ctx)
	defer cancel()
	fail := func(cause error) (Result, error) {
		r.Elapsed = time.Since(start)
		return r, &Error{Result: r, Timeout: b.Timeout, Cause: cause}
	}
	tick := time.NewTicker(b.Interval)
	defer tick.Stop()
	for {
		if deadline.Err() != nil {
			return fail(context.Cause(deadline))
		}
		if b.Pace == nil && time.Since(start) >= b.Timeout { // a tick that falls on the deadline earns no look
			return fail(ErrTimeout)
		}
		answer := e(deadline)
		r.Polls++
		// A look that was cut short saw its own cancellation, not the world: keep the state seen before it.
		if answer.State != Pending || deadline.Err() == nil || r.Answer.Message == "" {
			if answer != r.Answer {
				klog.FromContext(ctx).V(4).Info("Wait", "for", what, "budget", b.Name, "state", answer.State, "seen",
					answer.Message)
			}
			r.saw(answer)
		}
		switch answer.State {
		case Met:
			r.Elapsed = time.Since(start)
			return r, nil
		case Failed:
			return fail(ErrFailed)
		}
		select {
		case <-deadline.Done():
		case <-tick.C:
		}
	}
}

// Goal is one of several things awaited at once.
type Goal struct {
	What   string
	Budget Budget
	Expect Expectation
}

// All awaits every goal, concurrently, and gives each its full budget: one that fails does not stop the others, since
// the whole picture is worth more than an early end. Results stand in the order of the goals; the error joins the
// *Error of every goal that was not met.
func All(ctx context.Context, goals ...Goal) ([]Result, error) {
	results := make([]Result, len(goals))
	errs := make([]error, len(goals))
	var wg sync.WaitGroup
	for i, g := range goals {
		wg.Go(func() { results[i], errs[i] = Until(ctx, g.Budget, g.What, g.Expect) })
	}
	wg.Wait()
	return results, errors.Join(errs...)
}
