// Package await waits for the world to reach a state. It knows how long each thing of the suite may take, and
// that an expectation has three answers; it knows nothing of Kubernetes, DNS or the fake internet.
//
// An expectation looks once and answers pending, met or failed permanently. Until evaluates it at once and then
// at every interval of a named Budget; a permanent failure ends the wait at once, and a wait that runs out says
// what it waited for, how long, and the last states it saw.
package await

import (
	"context"
	"fmt"
)

// State is the kind of an Answer.
type State int

// The three answers. The zero State is Pending, so that an empty Answer never passes for a success.
const (
	Pending State = iota // not yet: ask again
	Met                  // the state is reached
	Failed               // it can no longer be reached: waiting on is useless
)

// String names the state in the words of a report.
func (s State) String() string {
	switch s {
	case Met:
		return "met"
	case Failed:
		return "failed permanently"
	default:
		return "pending"
	}
}

// Answer is what an Expectation saw at one moment.
type Answer struct {
	State   State
	Message string // what was seen, in one line
}

// Expectation looks at the world once. It must return when its context ends, and must not wait by itself.
type Expectation func(ctx context.Context) Answer

// Wait answers that the state is not reached yet. The message tells what was seen instead; the last ones are
// repeated by the error of a wait that ran out.
func Wait(format string, args ...any) Answer {
	return Answer{State: Pending, Message: fmt.Sprintf(format, args...)}
}

// Done answers that the state is reached. The message is the evidence.
func Done(format string, args ...any) Answer {
	return Answer{State: Met, Message: fmt.Sprintf(format, args...)}
}

// Fail answers that the state can no longer be reached, and why.
func Fail(format string, args ...any) Answer {
	return Answer{State: Failed, Message: fmt.Sprintf(format, args...)}
}

// Check turns a function that either succeeds or does not yet into an Expectation: an error is pending.
func Check(f func(ctx context.Context) error) Expectation {
	return func(ctx context.Context) Answer {
		if err := f(ctx); err != nil {
			return Wait("%v", err)
		}
		return Done("ok")
	}
}
