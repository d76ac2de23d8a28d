package cluster

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWriteAtomic(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new")
	file := filepath.Join(dir, "kubeconfig")
	for _, content := range []string{"first, and longer", "second"} {
		if err := writeAtomic(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(file)
		if err != nil || string(got) != content {
			t.Fatalf("read %q, %v; want %q", got, err, content)
		}
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", info.Mode(), err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("scratch files are left: %v, %v", entries, err)
	}
}

// A reader in the middle of a thousand replacements never sees a part.
func TestWriteAtomicIsNeverSeenHalf(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "f")
	whole := map[string]bool{strings.Repeat("a", 100_000): true, strings.Repeat("b", 50_000): true}
	done := make(chan error, 1)
	go func() {
		for range 50 {
			for content := range whole {
				if err := writeAtomic(file, []byte(content), 0o600); err != nil {
					done <- err
					return
				}
			}
		}
		done <- nil
	}()
	for {
		if got, err := os.ReadFile(file); err == nil && !whole[string(got)] {
			t.Fatalf("saw a part of %d bytes", len(got))
		}
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			return
		default:
		}
	}
}

func TestWriteAtomicKeepsTheOldOnFailure(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "f")
	if err := os.MkdirAll(filepath.Join(file, "in the way"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := writeAtomic(file, []byte("x"), 0o600); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("error %v, want one that names %s", err, file)
	}
}
