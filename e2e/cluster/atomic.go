package cluster

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// writeAtomic replaces a file in one step: whoever reads it sees the old content or the new, also after the writer was
// killed. The folder is created where it is missing.
func writeAtomic(file string, content []byte, mode fs.FileMode) error {
	dir := filepath.Dir(file)
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // the mode of the file decides who reads it
		return fmt.Errorf("write %s: %w", file, err)
	}
	scratch, err := os.CreateTemp(dir, "."+filepath.Base(file)+".*")
	if err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	defer os.Remove(scratch.Name()) //nolint:errcheck // gone after the rename
	_, err = scratch.Write(content)
	if err == nil {
		err = scratch.Chmod(mode)
	}
	if err == nil {
		err = scratch.Sync()
	}
	if closing := scratch.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(scratch.Name(), file) //nolint:gosec // below the work folder that the caller chose
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	return nil
}
