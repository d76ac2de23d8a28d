package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Lock keeps two runs off the same cluster. It is a flock on a file: the kernel drops it with its holder, so a killed
// run never leaves one behind, and the file's existence means nothing. It holds a bare descriptor: an os.File would be
// closed, and the lock lost, as soon as nothing refers to it any more.
type Lock struct {
	path string
	fd   int // -1: given back
}

// LockedError reports that another run holds the lock.
type LockedError struct {
	File string
	PID  string // of the holder, empty if it has not written it yet
}

// Error names the holder and the remedy.
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
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_CREAT|unix.O_CLOEXEC, 0o644) // the holder's pid is for all to read
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	l := &Lock{path: path, fd: fd}
	if err := unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB); err != nil {
		pid := make([]byte, 32)
		n, _ := unix.Pread(fd, pid, 0)
		_ = l.Release()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, &LockedError{File: path, PID: strings.TrimSpace(string(pid[:max(n, 0)]))}
		}
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	err = unix.Ftruncate(fd, 0)
	if err == nil {
		_, err = unix.Pwrite(fd, fmt.Appendf(nil, "%d\n", os.Getpid()), 0)
	}
	if err != nil {
		_ = l.Release()
		return nil, fmt.Errorf("lock %s: write the holder: %w", path, err)
	}
	return l, nil
}

// Release gives the lock back. It may be called more than once.
func (l *Lock) Release() error {
	if l == nil || l.fd < 0 {
		return nil
	}
	fd := l.fd
	l.fd = -1
	// Unlocked, not only closed: a child that is just being started still has a copy of the descriptor until it executes
	// its program, and the lock would live as long.
	if err := errors.Join(unix.Flock(fd, unix.LOCK_UN), unix.Close(fd)); err != nil {
		return fmt.Errorf("release %s: %w", l.path, err)
	}
	return nil
}

// AwaitLock takes a lock that others of this machine hold for a while, and waits for its turn until ctx ends.
func AwaitLock(ctx context.Context, path string) (*Lock, error) {
	tick := time.NewTicker(time.Second)
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
