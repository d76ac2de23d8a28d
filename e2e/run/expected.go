package run

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/progress"
	"github.com/edgeproof/edgeproof/e2e/report"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// expected is how long a run takes as a rule: as long as the last one whose verdict lies among the results, if
// it came to its end with the same catalogue; else as long as one was measured on 2 cores.
func expected(artifacts string, catalogue verdict.Catalogue) progress.Expected {
	//nolint:gosec // a run wrote it
	if data, err := os.ReadFile(filepath.Join(artifacts, report.VerdictFile)); err == nil {
		if v, err := verdict.Parse(data); err == nil && v.Catalogue == catalogue && v.Error == nil && v.Specs.Filtered == 0 {
			return expectedOf(v)
		}
	}
	if catalogue == verdict.Full {
		return progress.Expected{Steps: measured()}
	}
	return progress.Expected{Steps: measured(), Whole: 188}
}

// expectedOf is how long things took in a run; the whole without what comes before there are images.
func expectedOf(v *verdict.Verdict) progress.Expected {
	e := progress.Expected{Steps: map[string]float64{}, Whole: v.Budget.WallSeconds}
	for _, p := range v.Phases {
		e.Steps[p.Name] = p.Seconds
		if p.Name == "render bundle" || p.Name == "images" {
			e.Whole -= p.Seconds
		}
	}
	for _, s := range v.Specs.List {
		if name := strings.TrimPrefix(s.Name, "the edge "); s.Finished {
			e.Steps[name] = s.Seconds
		}
	}
	return e
}

// measured are the figures of the README, of a warm run on 2 cores.
func measured() map[string]float64 {
	return map[string]float64{
		"cluster": 14, "platform": 7, "bundle": 29, "WF-6 ": 62, "FP-1 token-secret-missing": 69,
	}
}
