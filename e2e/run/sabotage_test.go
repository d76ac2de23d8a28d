package run

import (
	"errors"
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/e2e/verdict"
)

func TestWriteSabotages(t *testing.T) {
	t.Parallel()
	blocked := verdict.Spec{
		Name: "blocked: a", Result: verdict.Passed, Finished: true,
		Evidence: []string{"upgrade: x is lost"},
	}
	missed := verdict.Spec{Name: "blocked: b", Result: verdict.Failed, Finished: true, Reason: "no objection"}
	skipped := verdict.Spec{Name: "blocked: c", Result: verdict.Skipped}
	for name, c := range map[string]struct {
		list []verdict.Spec
		err  error
		code int
		says []string
	}{
		"all blocked": {
			[]verdict.Spec{blocked},
			nil, verdict.ExitPass,
			[]string{"✓ blocked: a", "upgrade: x is lost", "1 of 1 spoilt"},
		},
		"one not blocked": {
			[]verdict.Spec{blocked, missed},
			nil, verdict.ExitFail,
			[]string{"✗ blocked: b", "failed: no objection", "1 of 2 spoilt"},
		},
		"one not tried": {[]verdict.Spec{blocked, skipped}, nil, verdict.ExitError, []string{"✗ blocked: c"}},
		"nothing tried": {nil, nil, verdict.ExitError, nil},
		"no cluster": {
			nil, errors.New("no engine"), verdict.ExitError,
			[]string{"set up the test environment: no engine", "install one"},
		},
	} {
		v := verdict.New(verdict.Suite{})
		v.Specs = verdict.Tally(len(c.list), 0, c.list)
		if c.err != nil {
			v.SetError("set up the test environment", c.err, "install one")
		}
		var out strings.Builder
		code, err := (&test{verdict: v}).writeSabotages(&out)
		if err != nil || code != c.code {
			t.Errorf("%s: exit %d, %v, want %d", name, code, err, c.code)
		}
		for _, want := range c.says {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: no %q in\n%s", name, want, out.String())
			}
		}
	}
}
