package progress_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/edgeproof/edgeproof/e2e/progress"
)

func TestRunPrintsStartEndAndReturnsTheError(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := progress.Plain(&out)
	broken := errors.New("broken")
	if err := log.Run("build pause", func() error { log.Note("1 of 2"); return nil }); err != nil {
		t.Fatalf("Run = %v, want nil", err)
	}
	if err := log.Run("load", func() error { return broken }); !errors.Is(err, broken) {
		t.Fatalf("Run = %v, want the step's own error", err)
	}
	for _, want := range []string{" • build pause\n", "   1 of 2\n", " ✓ build pause (", " ✗ load ("} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("output lacks %q:\n%s", want, out.String())
		}
	}
}

func TestASlowStepRepeatsItselfInALog(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		log := progress.Plain(&out)
		_ = log.Run("compile", func() error { time.Sleep(65 * time.Second); return nil })
		if got := strings.Count(out.String(), " … compile ("); got != 2 {
			t.Errorf("%d heartbeats in 65 s, want 2:\n%s", got, out.String())
		}
	})
}

func TestNoColourOnAFile(t *testing.T) {
	t.Parallel()
	f, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	_ = progress.New(f).Run("step", func() error { return nil })
	got, err := os.ReadFile(f.Name())
	if err != nil {
		t.Fatal(err)
	}
	if bytes.ContainsRune(got, '\x1b') {
		t.Errorf("escape sequences in a file: %q", got)
	}
}
