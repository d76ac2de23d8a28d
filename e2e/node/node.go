// Package node runs commands on the node of a cluster. It knows which failures are not the command's own, so that the
// command may be tried again. It must not know what the commands do.
package node

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"time"
)

// Runner runs a command on the node once, as root, and returns its standard output.
type Runner interface {
	Exec(ctx context.Context, command string, args ...string) ([]byte, error)
}

// attempts is how often a command is tried, and pause the time before the second attempt. Each further pause is
// twice as long, 3 s in total.
const (
	attempts = 5
	pause    = 200 * time.Millisecond
)

// Idempotent runs a command that may run twice without harm. It tries again when a system call was interrupted
// or the engine could not start the command, as happens on a busy machine. A failure of the command itself is
// returned at once.
func Idempotent(ctx context.Context, runner Runner, command string, args ...string) ([]byte, error) {
	wait := time.NewTimer(0)
	defer wait.Stop()
	var out []byte
	var err error
	for attempt := range attempts {
		select {
		case <-ctx.Done():
			return out, errors.Join(err, context.Cause(ctx))
		case <-wait.C:
		}
		out, err = runner.Exec(ctx, command, args...)
		if err == nil || !transient(err) {
			return out, err
		}
		wait.Reset(pause << attempt)
	}
	return out, fmt.Errorf("%d attempts: %w", attempts, err)
}

// signs are what the kernel, nft and the engines print of a failure that is not the command's own.
func signs() []string {
	return []string{
		"interrupted system call",          // EINTR: nft reports it when the rule set changes during a listing
		"resource temporarily unavailable", // EAGAIN: no process could be created
		"device or resource busy",          // EBUSY: two transactions of nft collide
		"oci runtime",                      // docker, podman: runc or crun did not start the command
		"creating exec session",            // podman
		"timed out waiting for file",       // podman: its monitor was late
		"unable to upgrade to tcp",         // docker: the daemon dropped the connection
	}
}

func transient(err error) bool {
	if errors.Is(err, syscall.EINTR) || errors.Is(err, syscall.EAGAIN) {
		return true
	}
	text := strings.ToLower(err.Error())
	for _, sign := range signs() {
		if strings.Contains(text, sign) {
			return true
		}
	}
	return false
}
