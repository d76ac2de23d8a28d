package gomod_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/e2e/supply/gomod"
)

// go-cmp is a requirement of this project, so it is in the module cache of whoever can build the test.
func TestDownload(t *testing.T) {
	t.Parallel()
	dir, err := gomod.Download(t.Context(), "github.com/google/go-cmp", "v0.7.0")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err != nil {
		t.Error(err)
	}
}

func TestDownloadSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ module, version, want string }{
		{"github.com/google/go-cmp", "v0.7.999", "github.com/google/go-cmp@v0.7.999"},
		{"-x", "v1.0.0", "no such module path"},
		{"example.org/m", "", "no such module path"},
		{"example.org/m@v1", "v1.0.0", "no such module path"},
	} {
		t.Run(c.module+"@"+c.version, func(t *testing.T) {
			t.Parallel()
			_, err := gomod.Download(t.Context(), c.module, c.version)
			var refused *gomod.Error
			if !errors.As(err, &refused) {
				t.Fatalf("got %v, want a *gomod.Error", err)
			}
			if !strings.Contains(err.Error(), c.want) || refused.Remedy == "" {
				t.Errorf("got %q with remedy %q, want it to contain %q and a remedy", err, refused.Remedy, c.want)
			}
		})
	}
}

func TestDownloadEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := gomod.Download(ctx, "github.com/google/go-cmp", "v0.7.0"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}
