package cluster

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
)

// helperVariable makes the test binary act as a run that holds the lock.
const helperVariable = "EDGEPROOF_TEST_HOLD_LOCK"

func TestMain(m *testing.M) {
	if file := os.Getenv(helperVariable); file != "" {
		lock, err := acquire(file)
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println("locked")
		<-make(chan struct{})
		runtime.KeepAlive(lock)
	}
	if dir := os.Getenv(ensureVariable); dir != "" {
		os.Exit(ensureAsProgram(dir))
	}
	os.Exit(m.Run())
}

func TestLockRefusesTheSecondAndNamesTheFirst(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "deep", "lock")
	first, err := acquire(file)
	if err != nil {
		t.Fatal(err)
	}
	_, err = acquire(file)
	var locked *LockedError
	if !errors.As(err, &locked) || locked.PID != strconv.Itoa(os.Getpid()) {
		t.Fatalf("second run got %v, want a refusal that names process %d", err, os.Getpid())
	}
	for range 2 { // releasing twice is allowed
		if err := first.Release(); err != nil {
			t.Fatal(err)
		}
	}
	again, err := acquire(file)
	if err != nil {
		t.Fatalf("after the release: %v", err)
	}
	_ = again.Release()
}

func TestLockDiesWithItsHolder(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "lock")
	holder := exec.CommandContext(t.Context(), os.Args[0]) //nolint:gosec // this test binary
	holder.Env = append(os.Environ(), helperVariable+"="+file)
	out, err := holder.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "locked\n" {
		t.Fatalf("holder printed %q, %v", line, err)
	}
	var locked *LockedError
	if _, err := acquire(file); !errors.As(err, &locked) || locked.PID != strconv.Itoa(holder.Process.Pid) {
		t.Fatalf("got %v, want a refusal that names process %d", err, holder.Process.Pid)
	}
	if err := holder.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = holder.Wait()
	lock, err := acquire(file)
	if err != nil {
		t.Fatalf("after the holder was killed: %v", err)
	}
	_ = lock.Release()
}
