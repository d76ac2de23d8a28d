package run

import (
	"fmt"
	"io"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// writeSabotages prints which spoilt candidates were blocked, and why. There is no verdict: these are tests of
// the gate itself.
func (t *test) writeSabotages(out io.Writer) (int, error) {
	var lines []string
	for _, s := range t.verdict.Specs.List {
		mark := "✗"
		if s.Result == verdict.Passed {
			mark = "✓"
		}
		lines = append(lines, fmt.Sprintf("%s %s (%.0f s)", mark, s.Name, s.Seconds))
		details := s.Evidence
		if s.Result != verdict.Passed {
			details = append(details, string(s.Result)+": "+s.Reason)
		}
		for _, line := range details {
			lines = append(lines, "    "+strings.ReplaceAll(line, "\n", "\n      "))
		}
	}
	code := verdict.ExitPass
	switch specs := t.verdict.Specs; {
	case t.verdict.Error != nil:
		lines = append(lines, t.verdict.Error.Operation+": "+t.verdict.Error.Message, t.verdict.Error.Remedy)
		code = verdict.ExitError
	case specs.Failed > 0:
		code = verdict.ExitFail
	case specs.Planned == 0 || specs.Finished != specs.Planned || specs.Skipped > 0:
		code = verdict.ExitError
	}
	lines = append(lines, fmt.Sprintf("%d of %d spoilt candidates blocked for the expected reason",
		t.verdict.Specs.Finished-t.verdict.Specs.Failed-t.verdict.Specs.Skipped, t.verdict.Specs.Planned))
	if _, err := fmt.Fprintln(out, strings.Join(lines, "\n")); err != nil {
		return verdict.ExitError, fmt.Errorf("print results: %w", err)
	}
	return code, nil
}
