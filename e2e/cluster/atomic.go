package cluster

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// writeAtomic replaces a file in one step: whoever reads it sees the old content or the new, also after the writer was
// killed. The folder is created where it is missing.
func writeAtomic(file string, content []byte, mode fs.FileMode) error {
	dir := filepath.Dir(file)
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // the mode of the file decides who reads it
		return fmt.Errorf("write %s: %w", file, err)
	}
	err := renameio.WriteFile(file, content, mode, renameio.WithTempDir(dir), renameio.WithStaticPermissions(mode))
	if err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	return nil
}
