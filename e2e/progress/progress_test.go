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
	"unicode/utf8"

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

func TestHowFarItIs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		expected := progress.Expected{
			Steps: map[string]float64{"cluster": 29, "cluster other": 1, "WF-6 ": 60}, Whole: 250,
			Began: time.Now(),
		}
		var plain, drawn bytes.Buffer
		log := progress.Plain(&plain)
		log.Expect(expected)
		log.Plan(2)
		_ = log.Run("trust", func() error { return nil })
		_ = log.Run("cluster edgeproof", func() error { time.Sleep(31 * time.Second); return nil })
		for _, want := range []string{" • trust\n", " • cluster edgeproof (about 29s)\n", " … cluster edgeproof (30s of " +
			"about 29s; 1 of 2 done; in all 0:30 of about 4:10)\n", " ✓ cluster edgeproof (31.0 s)\n"} {
			if !strings.Contains(plain.String(), want) {
				t.Errorf("plain lines lack %q:\n%s", want, plain.String())
			}
		}
		log = progress.Terminal(&drawn, 60)
		log.Expect(expected)
		_ = log.Run("WF-6 the DNS record exists and the certificate is issued before the route is called healthy",
			func() error {
				time.Sleep(3 * time.Second)
				return nil
			})
		if strings.ContainsAny(strings.ReplaceAll(drawn.String(), "\x1b[K", ""), "\x1b") {
			t.Errorf("colours: %q", drawn.String())
		}
		for _, line := range strings.Split(drawn.String(), "\r\x1b[K") {
			if n := utf8.RuneCountInString(line); strings.HasPrefix(line, " • ") &&
				(n > 59 || !strings.HasSuffix(line, "of about 4:10)")) {
				t.Errorf("%d columns of 60, which would wrap, or without its end: %q", n, line)
			}
		}
		if !strings.Contains(drawn.String(), "(2s of about 1m0s; in all 0:3") {
			t.Errorf("drawn: %q", drawn.String())
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

func TestAStepThatSomebodyElseDoes(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	progress.Plain(&out).Start("a fault").Leave("another cluster proves it")
	if want := " • a fault\n - a fault: another cluster proves it\n"; out.String() != want {
		t.Errorf("printed %q, want %q", out.String(), want)
	}
}
