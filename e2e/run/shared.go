package run

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Shared is a folder through which suites that run at the same time, each on a cluster of its own, agree on who proves which fault.
// The empty Shared is that of a suite which has nobody to share with.
type Shared string

// unsound is the name of the file that says that the edge does not work; no fault has such an id.
const unsound = "UNSOUND"

// Take says whether the fault is the caller's to prove: it is that of the first who asks. An error is one of the folder.
func (s Shared) Take(id string) (mine bool, err error) {
	if s == "" {
		return true, nil
	}
	file, err := os.OpenFile(filepath.Join(string(s), id), os.O_CREATE|os.O_EXCL, 0o600) // #nosec G304 -- the id of a fault, below the work folder
	switch {
	case errors.Is(err, os.ErrExist):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("take fault %s among several clusters: %w", id, err)
	}
	return true, file.Close()
}

// Unsound tells all that the edge does not work: faults show nothing on it. An error is one of the folder.
func (s Shared) Unsound() error {
	_, err := s.Take(unsound)
	return err
}

// Sound says whether nobody has called the edge unsound.
func (s Shared) Sound() bool {
	if s == "" {
		return true
	}
	_, err := os.Stat(filepath.Join(string(s), unsound))
	return errors.Is(err, os.ErrNotExist)
}
