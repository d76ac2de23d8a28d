package run

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// again makes the options those of an earlier run, bounded to the specs that it did not prove, and returns its
// verdict. What the user says besides wins.
func (o *Options) again() (*verdict.Verdict, error) {
	if o.Rerun == "" {
		return nil, nil //nolint:nilnil // no earlier run is a fact like another
	}
	v, err := readVerdict(o.Rerun)
	if err != nil {
		return nil, fmt.Errorf("run again what failed: %w", err)
	}
	if v.Baseline != nil {
		return nil, errors.New("run again what failed: the run was an upgrade, whose parts follow from one another; run " +
			"all of it again with `make gate`")
	}
	if o.Focus != "" || o.Labels != "" {
		return nil, errors.New("run again what failed: FOCUS= and LABELS= say what to run, too; give one of the three")
	}
	if o.Focus = unproved(v); o.Focus == "" {
		return nil, fmt.Errorf("run again what failed: no spec of %s failed; run all of them with `make e2e`", o.Rerun)
	}
	for to, was := range map[*string]string{&o.Bundle: v.Bundle.Path, &o.Apps: v.Apps.Path} {
		if *to == "" && !strings.HasPrefix(was, "fixtures/") { // those are the defaults
			*to = was
		}
	}
	if o.Seed == 0 {
		o.Seed = v.Suite.Seed
	}
	if v.Catalogue == verdict.Full {
		o.Catalogue = verdict.Full
	}
	return v, nil
}

// unproved is a regular expression of the specs that did not pass; empty when all did, or none was run.
func unproved(v *verdict.Verdict) string {
	var names []string
	for _, s := range v.Specs.List {
		if s.Result != verdict.Passed {
			names = append(names, regexp.QuoteMeta(s.Name))
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "(" + strings.Join(names, "|") + ")$"
}
