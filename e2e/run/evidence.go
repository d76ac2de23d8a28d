package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/edgeproof/edgeproof/e2e/attest"
	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/report"
	"github.com/edgeproof/edgeproof/e2e/testbed"
)

// collect saves what explains a failure: a snapshot of all facts, and the node's logs. If it cannot, it
// warns, and the verdict stays.
func (t *test) collect(ctx context.Context) {
	if t.env.Testbed == nil || t.env.Testbed.Internet == nil {
		return
	}
	err := t.options.Log.Run("save snapshot and logs", func() error {
		if err := t.snapshot(ctx); err != nil {
			return err
		}
		return t.env.Cluster.Logs(ctx, filepath.Join(t.options.Artifacts, "logs"))
	})
	if err != nil {
		t.options.Log.Warn("save what explains the failure: %v", err)
	}
}

func (t *test) snapshot(ctx context.Context) error {
	bed := t.env.Testbed
	sources, err := facts.Connect(bed.Config, facts.FromControl(bed.Internet))
	if err != nil {
		return err
	}
	scope := facts.Scope{}
	if target, err := testbed.Target(bed.Bundle, bed.Apps); err == nil {
		scope = criteria.Scope(target)
	}
	raw, err := json.MarshalIndent(facts.Collect(ctx, sources, scope), "", " ")
	if err != nil {
		return fmt.Errorf("encode snapshot: %w", err)
	}
	return writeResult(t.options.Artifacts, "snapshot.json", raw)
}

// journal saves what every mock saw.
func (t *test) journal(ctx context.Context) {
	if t.env.Testbed == nil || t.env.Testbed.Internet == nil {
		return
	}
	file, err := os.Create(filepath.Join(t.options.Artifacts, "journal.jsonl"))
	if err == nil {
		err = t.env.Testbed.Internet.WriteJournal(ctx, file)
		if closeErr := file.Close(); err == nil {
			err = closeErr
		}
	}
	if err != nil {
		t.options.Log.Warn("save the journal: %v", err)
	}
}

// verdictBefore is the verdict of the run before, put aside.
const verdictBefore = "verdict.before.json"

// clearResults removes what an earlier run left among the results: a green run must not stand beside the logs
// of a red one, nor the green verdict of yesterday beside a run that is killed. The verdict itself is put
// aside.
func clearResults(dir string) error {
	err := os.Rename(filepath.Join(dir, report.VerdictFile), filepath.Join(dir, verdictBefore))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("put the old verdict aside: %w", err)
	}
	for _, name := range []string{
		report.HTMLFile, report.SummaryFile, report.JUnitFile, report.BadgeFile, "snapshot.json", "journal.jsonl",
		attest.FileOf(report.VerdictFile), "suite.log", "logs", shardsDir,
	} {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			return fmt.Errorf("clear old results: %w", err)
		}
	}
	return nil
}

func writeResult(dir, name string, raw []byte) error {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return fmt.Errorf("make the folder of results: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), raw, 0o600); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}
