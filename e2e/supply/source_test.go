package supply

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWhereThisProjectsSourceIs(t *testing.T) {
	other := t.TempDir()
	if err := os.WriteFile(filepath.Join(other, "go.mod"), []byte("module example.org/other\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := supplier(t, Build, "").source(t.Context()); err != nil || !checkout(got) {
		t.Errorf("a checkout that is named: %q, %v", got, err)
	}
	if _, err := (&Supplier{Source: other}).source(t.Context()); err == nil ||
		!strings.Contains(err.Error(), "correct --source") {
		t.Errorf("another project: %v", err)
	}
	t.Chdir(t.TempDir())
	if _, err := (&Supplier{}).source(t.Context()); err == nil ||
		!strings.Contains(err.Error(), "name that with --source") {
		t.Errorf("outside of a checkout, of no release: %v", err)
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := (&Supplier{}).source(t.Context()); err == nil || !strings.Contains(err.Error(), "install Go") {
		t.Errorf("without a toolchain: %v", err)
	}
}

func TestOwnImagesOfAReleaseArePulledFromWhereItPushesThem(t *testing.T) {
	t.Parallel()
	s := supplier(t, Auto, "")
	recipes, err := s.recipes()
	if err != nil {
		t.Fatal(err)
	}
	i, err := newItem(recipes, Need{Reference: "edgeproof.dev/internet:dev"})
	if err != nil {
		t.Fatal(err)
	}
	if i.released("") || i.from != i.ref {
		t.Errorf("of no release: from %s", i.from.name)
	}
	if !i.released("v1.2.3") || i.from.name != "ghcr.io/edgeproof/internet:v1.2.3" ||
		i.ref.name != "edgeproof.dev/internet:dev" {
		t.Errorf("of a release: from %s, called %s", i.from.name, i.ref.name)
	}
	if s.release = "v1.2.3"; s.version() != "" {
		t.Error("a checkout that is named is to be built from, and yet its release is asked for")
	}
	if s.Source = ""; s.version() != "v1.2.3" {
		t.Errorf("the release is %q", s.version())
	}
}
