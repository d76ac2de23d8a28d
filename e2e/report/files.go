package report

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"

	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// Names of the files that WriteAll leaves.
const (
	VerdictFile = "verdict.json"
	JUnitFile   = "junit.xml"
	SummaryFile = "summary.md"
	HTMLFile    = "report.html"
	BadgeFile   = "badge.json"
)

// WriteAll writes every file of the report into dir, which is made if need be. Each file appears whole or not
// at all. One that fails does not keep the others from being written. A verdict that contradicts itself is
// written too, and then reported, since hiding it would not help.
func WriteAll(dir string, v *verdict.Verdict) error {
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // for all to read: CI uploads as another user
		return fmt.Errorf("write the report: %w", err)
	}
	return errors.Join(
		WriteFile(filepath.Join(dir, VerdictFile), v, JSON),
		WriteFile(filepath.Join(dir, JUnitFile), v, JUnit),
		WriteFile(filepath.Join(dir, SummaryFile), v, Markdown),
		WriteFile(filepath.Join(dir, HTMLFile), v, HTML),
		WriteFile(filepath.Join(dir, BadgeFile), v, Badge),
		v.Validate(),
	)
}

// WriteFile writes a verdict to a file, which appears whole or not at all.
func WriteFile(path string, v *verdict.Verdict, write Writer) error {
	f, err := renameio.NewPendingFile(path, renameio.WithTempDir(filepath.Dir(path)),
		renameio.WithStaticPermissions(0o644))
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err = write(f, v); err == nil {
		err = f.CloseAtomicallyReplace()
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, errors.Join(err, f.Cleanup()))
	}
	return nil
}
