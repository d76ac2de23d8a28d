package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// lockRetry is how often a lock that another run has is tried again.
const lockRetry = time.Second

// Lock keeps two runs off the same cluster. It is a flock on a file: the kernel drops it with the process that has it,
// so a killed run never leaves one behind, and the file's existence means nothing. It lasts until Release, or until
// nothing refers to it any more.
type Lock struct{ file *flock.Flock }

// LockedError reports that another run has the lock.
type LockedError struct {
	File string
	PID  string // of the process that has it, empty if it has not written it yet
}

// Error names the other process and the remedy.
func (e *LockedError) Error() string {
	holder := "another process"
	if e.PID != "" {
		holder = "process " + e.PID
	}
	return fmt.Sprintf("lock %s: %s is using this cluster; wait until it ends, or use another work folder", e.File,
		holder)
}

// acquire takes the lock without waiting.
func acquire(path string) (*Lock, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // nothing secret in it
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	l := &Lock{flock.New(path, flock.SetPermissions(0o644))}
	locked, err := l.file.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	if !locked {
		pid, _ := os.ReadFile(path) //nolint:gosec // the same file; the message does without it
		return nil, &LockedError{File: path, PID: strings.TrimSpace(string(pid))}
	}
	// The process is for all to read.
	if err := os.WriteFile(path, fmt.Appendf(nil, "%d\n", os.Getpid()), 0o644); err != nil { //nolint:gosec // as said
		return nil, errors.Join(fmt.Errorf("lock %s: write the process: %w", path, err), l.Release())
	}
	return l, nil
}

// Release gives the lock back. It may be called more than once.
func (l *Lock) Release() error {
	if l == nil {
		return nil
	}
	if err := l.file.Unlock(); err != nil {
		return fmt.Errorf("release %s: %w", l.file.Path(), err)
	}
	return nil
}

// AwaitLock takes a lock that others of this machine have for a while, and waits for its turn until ctx ends.
func AwaitLock(ctx context.Context, path string) (*Lock, error) {
	tick := time.NewTicker(lockRetry)
	defer tick.Stop()
	for {
		lock, err := acquire(path)
		var busy *LockedError
		if err == nil || !errors.As(err, &busy) {
			return lock, err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil, errors.Join(err, context.Cause(ctx))
		}
	}
}
