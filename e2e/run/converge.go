package run

import (
	"fmt"
	"io/fs"
	"os"

	"github.com/edgeproof/edgeproof/e2e/convergence"
	"github.com/edgeproof/edgeproof/e2e/progress"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// converge compares the times that the specs measured, and that of the faults, with the suite's baseline.
func (t *test) converge(baselines fs.FS) error {
	var measured []verdict.Time
	if t.verdict.Convergence != nil {
		measured = t.verdict.Convergence.Times
	}
	if seconds := t.verdict.Detected(); seconds > 0 && t.verdict.Catalogue == verdict.Smoke {
		measured = append(measured, verdict.Time{To: verdict.ToDetect, Seconds: seconds})
	}
	if len(measured) == 0 {
		return nil
	}
	baseline, err := convergence.Read(baselines)
	if err != nil {
		return err
	}
	t.verdict.Convergence = baseline.Against(measured, convergence.Machine())
	return nil
}

// WriteBaseline makes the times of a run that passed the suite's baseline, in the file to.
func WriteBaseline(file, to string, log *progress.Log) error {
	v, err := readVerdict(file)
	if err != nil {
		return err
	}
	baseline, err := convergence.From(v)
	if err != nil {
		return err
	}
	if err := baseline.Write(to); err != nil {
		return err
	}
	log.Note("%s is the baseline of %s now; commit it", to, file)
	return nil
}

// readVerdict reads the verdict of an earlier run.
func readVerdict(file string) (*verdict.Verdict, error) {
	raw, err := os.ReadFile(file) // #nosec G304 -- the file that the user names
	if err != nil {
		return nil, fmt.Errorf("read verdict: %w; name the verdict.json of a run", err)
	}
	v, err := verdict.Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return v, nil
}
