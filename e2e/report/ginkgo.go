package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/onsi/ginkgo/v2/types"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// ReadGinkgo reads what Ginkgo writes with --json-report. A run that was killed leaves no file or a torn one:
// both are errors.
func ReadGinkgo(r io.Reader) ([]types.Report, error) {
	var reports []types.Report
	if err := json.NewDecoder(r).Decode(&reports); err != nil {
		return nil, fmt.Errorf("read Ginkgo's report: %w", err)
	}
	return reports, nil
}

// Judge fills v with what the suites report: specs, criteria, and everything that specs recorded with
// AddReportEntry (see the Entry constants). A spec judges a criterion by carrying its id as a Ginkgo label.
// What cannot be understood, and a suite that did not come to a proper end, becomes v.Error, so that it cannot
// be taken for a pass. Call Conclude afterwards.
func Judge(v *verdict.Verdict, reports []types.Report) {
	var (
		list              []verdict.Spec
		planned, filtered int

		cites = &Cites{Of: map[string][]string{}}
	)
	for _, r := range reports {
		j := judge{verdict: v, report: r, cites: cites}
		specs := j.specs()
		list = append(list, specs...)
		planned += r.PreRunStats.SpecsThatWillRun + j.pending()
		filtered += j.filtered()
		j.checkEnd(specs)
		span(v, r)
		v.Suite.Seed = r.SuiteConfig.RandomSeed
	}
	if len(reports) == 0 {
		v.SetError("run the suite", errors.New("it wrote an empty report"), "read the log of the run for what stopped it")
	}
	v.Specs = verdict.Tally(planned, filtered, list)
	slices.SortStableFunc(v.Timeline, func(a, b verdict.Entry) int { return a.Time.Compare(b.Time) })
	v.JudgeCriteria()
	cites.apply(v)
}

// judge reads one suite.
type judge struct {
	verdict *verdict.Verdict
	report  types.Report
	cites   *Cites // of all suites
}

// specs converts every spec that was planned, and reads the entries of every node, those of the suite's own nodes too.
func (j judge) specs() []verdict.Spec {
	var out []verdict.Spec
	allFiltered := j.unstarted() == j.filtered()
	for _, r := range j.report.SpecReports {
		spec := verdict.Spec{Name: clean(r.FullText())}
		if spec.Name == "" {
			spec.Name = r.LeafNodeType.String()
		}
		j.readEntries(r, &spec)
		if !r.LeafNodeType.Is(types.NodeTypeIt) {
			continue
		}
		if unstarted(r) && allFiltered {
			continue
		}
		spec.Seconds, spec.Attempts = verdict.Seconds(r.RunTime), r.NumAttempts
		spec.Criteria = j.labelled(r)
		spec.Result, spec.Finished, spec.Reason = outcome(r)
		spec.History = history(r, spec)
		spec.File, spec.Line = j.place(r)
		out = append(out, spec)
	}
	return out
}

// outcome is the result of one spec, whether it came to an end of its own, and why it did not pass.
func outcome(r types.SpecReport) (verdict.Result, bool, string) {
	reason := clean(r.Failure.Message)
	switch {
	case r.State.Is(types.SpecStateInterrupted | types.SpecStateAborted):
		return verdict.Skipped, false, "interrupted: " + or(reason, "the run was stopped")
	case r.State.Is(types.SpecStateTimedout) && strings.Contains(reason, "suite timeout"):
		return verdict.Skipped, false, "interrupted: the suite ran out of time" + lastState(r)
	case r.State.Is(types.SpecStatePanicked):
		return verdict.Failed, true, strings.TrimSpace("the spec panicked: " + clean(r.Failure.ForwardedPanic) + " " +
			reason)
	case r.State.Is(types.SpecStateTimedout):
		return verdict.Failed, true, "timed out: " + or(reason, "no message") + lastState(r)
	case r.State.Is(types.SpecStateFailed):
		return verdict.Failed, true, or(reason, "failed without a message")
	case r.State.Is(types.SpecStatePassed) && r.NumAttempts > 1 && r.MaxFlakeAttempts > 1:
		return verdict.Flaky, true, fmt.Sprintf("passed at attempt %d of at most %d%s", r.NumAttempts, r.MaxFlakeAttempts,
			firstFailure(r))
	case r.State.Is(types.SpecStatePassed):
		return verdict.Passed, true, ""
	case r.State.Is(types.SpecStatePending):
		return verdict.Skipped, true, "marked as pending"
	case unstarted(r):
		return verdict.Skipped, false, "never started: the run was stopped, or a filter left it out"
	case r.State.Is(types.SpecStateSkipped):
		return verdict.Skipped, true, or(reason, "skipped without a message")
	}
	return verdict.Skipped, false, fmt.Sprintf("Ginkgo gives it the state %q", r.State)
}

// history lists the attempts of a spec that was tried more than once, the first one first.
func history(r types.SpecReport, spec verdict.Spec) []verdict.Attempt {
	if r.NumAttempts < 2 || r.MaxFlakeAttempts < 2 {
		return nil
	}
	out := make([]verdict.Attempt, r.NumAttempts)
	for n := range out {
		out[n] = verdict.Attempt{Result: verdict.Failed, Reason: or(attempt(r, n+1), "failed without a message")}
	}
	last := &out[len(out)-1]
	last.Result, last.Reason = spec.Result, spec.Reason
	if spec.Result == verdict.Flaky {
		last.Result, last.Reason = verdict.Passed, ""
	}
	return out
}

// firstFailure is why the first attempt failed.
func firstFailure(r types.SpecReport) string {
	if said := attempt(r, 1); said != "" {
		return "; first: " + said
	}
	return ""
}

// attempt is what an attempt before the last one failed with. Ginkgo keeps it among the additional failures,
// under a heading of its own.
func attempt(r types.SpecReport, number int) string {
	heading := fmt.Sprintf("Failure recorded during attempt %d:\n", number)
	for _, f := range r.AdditionalFailures {
		if said, ok := strings.CutPrefix(f.Failure.Message, heading); ok {
			return clean(said)
		}
	}
	return ""
}

// lastState is what a spec that ran out of time said when it was stopped: what it waited for.
func lastState(r types.SpecReport) string {
	if r.Failure.AdditionalFailure == nil {
		return ""
	}
	return "\n" + clean(r.Failure.AdditionalFailure.Failure.Message)
}

// unstarted reports whether Ginkgo listed the spec without touching it: left out by a filter, or after an
// interrupt or with fail-fast. A spec that is skipped for any other reason carries a message.
func unstarted(r types.SpecReport) bool {
	return r.LeafNodeType.Is(types.NodeTypeIt) && r.State.Is(types.SpecStateSkipped) && r.Failure.IsZero()
}

func (j judge) unstarted() int {
	n := 0
	for _, r := range j.report.SpecReports {
		if unstarted(r) {
			n++
		}
	}
	return n
}

// pending is how many specs wait to be written. Ginkgo does not count them among those that will run; here they
// are planned, so that they are missed.
func (j judge) pending() int { return j.report.SpecReports.CountWithState(types.SpecStatePending) }

// filtered is how many specs a focus or a label filter left out.
func (j judge) filtered() int {
	return max(0, j.report.PreRunStats.TotalSpecs-j.report.PreRunStats.SpecsThatWillRun-j.pending())
}

// labelled lists the criteria that a spec carries. A label in the form of an id that is not registered is an orphan.
func (j judge) labelled(r types.SpecReport) []criteria.ID {
	var out []criteria.ID
	for _, label := range r.Labels() {
		if !criteria.WellFormed(label) {
			continue
		}
		if _, ok := criteria.Lookup(criteria.ID(label)); !ok {
			j.verdict.SetError("judge spec "+clean(r.FullText()), fmt.Errorf("label %s is no registered criterion", label),
				"correct the label, or register the criterion in e2e/criteria")
			continue
		}
		out = append(out, criteria.ID(label))
	}
	return out
}

// checkEnd names what kept a suite from a proper end beside its specs.
func (j judge) checkEnd(specs []verdict.Spec) {
	failed := false
	for _, s := range specs {
		failed = failed || s.Result == verdict.Failed
	}
	for _, r := range j.report.SpecReports {
		if r.LeafNodeType.Is(types.NodeTypesForSuiteLevelNodes) && r.Failed() {
			failed = true
			j.verdict.SetError(r.LeafNodeType.String(), errors.New(or(clean(r.Failure.Message+" "+r.Failure.ForwardedPanic),
				"it failed without a message")),
				"nothing was judged after it; fix its cause and run again")
		}
	}
	switch reasons := clean(strings.Join(j.report.SpecialSuiteFailureReasons, "; ")); {
	case reasons != "":
		j.verdict.SetError("run the suite", errors.New(reasons), "run it again, with more time or without the interrupt")
	case !j.report.SuiteSucceeded && !failed:
		j.verdict.SetError("run the suite", errors.New("the run is reported as failed, but no spec failed"),
			"read the log of the run")
	}
	if j.report.SuiteConfig.DryRun {
		j.verdict.SetError("run the suite", errors.New("it was a dry run, which proves nothing"), "run it without --dry-run")
	}
}

// place is where the failure is written, or the spec when it did not fail, relative to the project.
func (j judge) place(r types.SpecReport) (string, int) {
	at := r.LeafNodeLocation
	if r.Failed() && r.Failure.Location.FileName != "" {
		at = r.Failure.Location
	}
	if at.FileName == "" || at.LineNumber < 1 {
		return "", 0
	}
	rel, err := filepath.Rel(filepath.Dir(j.report.SuitePath), at.FileName)
	if err != nil || !filepath.IsLocal(rel) {
		return filepath.Base(at.FileName), at.LineNumber
	}
	return filepath.ToSlash(rel), at.LineNumber
}

// span widens the suite's times to those of r, where they are not set.
func span(v *verdict.Verdict, r types.Report) {
	earlier := v.Suite.Started.IsZero() || r.StartTime.Before(v.Suite.Started)
	if earlier && !r.StartTime.IsZero() {
		v.Suite.Started = r.StartTime.UTC().Round(time.Millisecond)
	}
	if r.EndTime.After(v.Suite.Finished) {
		v.Suite.Finished = r.EndTime.UTC().Round(time.Millisecond)
	}
}

func or(s, otherwise string) string {
	if strings.TrimSpace(s) == "" {
		return otherwise
	}
	return strings.TrimSpace(s)
}
