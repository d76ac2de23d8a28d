//go:build !linux

package cluster

import (
	"errors"
	"runtime"
)

// mount refuses: control groups are Linux's, and no other system has them to mount.
func mount(_, target, kind string, _ uintptr, _ string) error {
	return errors.New("mount " + kind + " at " + target + ": not possible on " + runtime.GOOS)
}
