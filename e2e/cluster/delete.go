package cluster

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

// Delete removes the cluster of this name if it is ours, in any state, and its kubeconfig. It reports
// whether there was one. A cluster that is not ours is a *NotOursError.
func Delete(ctx context.Context, c Config) (bool, error) {
	if c.NodeImage == "" { // what is removed need not be known that well
		c.NodeImage = NodeRepository
	}
	if c.Inputs == "" {
		c.Inputs = "none"
	}
	if err := c.Validate(); err != nil {
		return false, err
	}
	return remove(ctx, c, newKind(c.Engine, orSilent(c.Log)))
}

func remove(ctx context.Context, c Config, b backend) (was bool, err error) {
	m, err := newMaker(c, b)
	if err != nil {
		return false, err
	}
	lock, err := acquire(m.lockFile())
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, lock.Release()) }()
	found, err := m.containers(ctx, m.Name, m.nodeName())
	if err == nil {
		err = m.delete(ctx)
	}
	if err != nil {
		return false, fmt.Errorf("delete cluster %s: %w", c.Name, err)
	}
	return len(found) > 0, nil
}

// removals is how often a removal is tried. An engine may refuse the first while a process that a killed run left
// behind is still at work on the container.
const removals = 4

// delete removes the containers of this name, on fresh facts and only if all of them are ours, then the files about
// them. The record is removed last: as long as it exists, a container that was left half-made is known to be ours.
func (m *maker) delete(ctx context.Context) error {
	for n := 1; ; n++ {
		record, err := readRecord(m.recordFile())
		if err != nil {
			return err
		}
		found, err := m.containers(ctx, m.Name, m.nodeName())
		if err != nil {
			return err
		}
		if err := guard(m.Config, found, record, m.exists); err != nil {
			return err
		}
		if len(found) == 0 {
			break
		}
		if n > removals {
			return fmt.Errorf("remove its node: %s is still there after %d tries", found[0].Name, removals)
		}
		err = m.remove(ctx, m.nodeName(), found)
		if err != nil && (n == removals || pause(ctx, time.Duration(n)*time.Second) != nil) {
			return fmt.Errorf("remove its node: %w", err)
		}
	}
	for _, file := range []string{m.Kubeconfig, m.recordFile()} {
		//nolint:gosec // below the work folder that the caller chose
		if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove %s: %w", file, err)
		}
	}
	return nil
}

// pause leaves an engine time between two tries, unless ctx ends.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}
