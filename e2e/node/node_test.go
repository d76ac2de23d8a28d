package node_test

import (
	"context"
	"errors"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/edgeproof/edgeproof/e2e/node"
)

// busy fails with its errors one after the other, then succeeds.
type busy struct {
	errs []error
	ran  int
}

func (b *busy) Exec(context.Context, string, ...string) ([]byte, error) {
	b.ran++
	if b.ran <= len(b.errs) {
		return []byte("half"), b.errs[b.ran-1]
	}
	return []byte("whole"), nil
}

func TestIdempotentTriesAgainWhatMayBeTriedAgain(t *testing.T) {
	t.Parallel()
	interrupted := errors.New("on node x: bash -ec nft reset counters: exit status 1: netlink: Error: cache " +
		"initialization failed: Interrupted system call")
	own := errors.New("on node x: kubectl get pods: exit status 1: pods is forbidden")
	for name, tc := range map[string]struct {
		errs []error
		ran  int
		says string
	}{
		"at once":                         {nil, 1, ""},
		"an interrupted system call":      {[]error{interrupted}, 2, ""},
		"interrupted three times":         {[]error{interrupted, syscall.EINTR, syscall.EAGAIN}, 4, ""},
		"the engine starts nothing":       {[]error{errors.New("Error: OCI runtime error: crun: exec failed")}, 2, ""},
		"the command's own failure":       {[]error{own}, 1, "forbidden"},
		"first interrupted, then its own": {[]error{interrupted, own}, 2, "forbidden"},
		"always interrupted": {
			[]error{interrupted, interrupted, interrupted, interrupted, interrupted, interrupted}, 5, "5 attempts: on node x",
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			runner := &busy{errs: tc.errs}
			start := time.Now()
			out, err := node.Idempotent(t.Context(), runner, "nft", "list")
			if runner.ran != tc.ran || (err == nil) != (tc.says == "") ||
				(err != nil && !strings.Contains(err.Error(), tc.says)) {
				t.Errorf("%s: ran %d times, %v; want %d and %q", name, runner.ran, err, tc.ran, tc.says)
			}
			if err == nil && string(out) != "whole" {
				t.Errorf("%s: printed %q", name, out)
			}
			if took := time.Since(start); took > 7*time.Second {
				t.Errorf("%s: took %s", name, took)
			}
		})
	}
}

func TestIdempotentEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		runner := &busy{errs: []error{syscall.EINTR, syscall.EINTR, syscall.EINTR}}
		_, err := node.Idempotent(ctx, runner, "nft")
		if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, syscall.EINTR) || runner.ran != 2 {
			t.Errorf("ran %d times: %v", runner.ran, err)
		}
	})
}
