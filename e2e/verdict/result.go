package verdict

// Result is the outcome of a run, or of a criterion, spec or fault.
type Result string

// Results of a run.
const (
	// Pass: everything planned finished and passed.
	Pass Result = "pass"
	// Fail: the bundle broke at least one criterion, or a fault was not handled as it must be.
	Fail Result = "fail"
	// Partial: nothing failed, but not everything was proved: something was skipped, filtered out, flaky or unsupported.
	Partial Result = "partial"
	// Errored: the suite could not run, or could not finish what it planned.
	Errored Result = "error"
)

// Results of a criterion, a spec or a fault.
const (
	// Passed: proved.
	Passed Result = "passed"
	// Failed: shown to be false.
	Failed Result = "failed"
	// Skipped: not tried, or given up before a judgement.
	Skipped Result = "skipped"
	// Flaky: passed only after it had failed.
	Flaky Result = "flaky"
	// Unsupported: this environment or bundle cannot be asked.
	Unsupported Result = "unsupported"
)

// Exit statuses of the commands that end in a verdict.
const (
	ExitPass  = 0
	ExitFail  = 1
	ExitError = 2
)

// OfRun reports whether r is a result of a run.
func (r Result) OfRun() bool {
	return r == Pass || r == Fail || r == Partial || r == Errored
}

// OfPart reports whether r is a result of a criterion, a spec or a fault.
func (r Result) OfPart() bool {
	return r == Passed || r == Failed || r == Skipped || r == Flaky || r == Unsupported
}

// ExitCode is the exit status for a run with this result: 0 pass, 1 fail or partial, 2 error. Partial is never
// 0: what was not proved must not be promoted. Anything else is an error too, so that a forgotten Conclude
// cannot look like a pass.
func (r Result) ExitCode() int {
	switch r {
	case Pass:
		return ExitPass
	case Fail, Partial:
		return ExitFail
	}
	return ExitError
}

// Worse is the result of two parts seen as one: a failure outweighs what was not tried, that outweighs what
// could not be asked, that outweighs a pass at the second attempt. An unknown result outweighs all, so that it
// cannot hide.
func Worse(a, b Result) Result {
	if rank(b) > rank(a) {
		return b
	}
	return a
}

func rank(r Result) int {
	switch r {
	case Passed:
		return 0
	case Flaky:
		return 1
	case Unsupported:
		return 2
	case Skipped:
		return 3
	case Failed:
		return 4
	}
	return 5
}
