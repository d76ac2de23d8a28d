package supply

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
)

const pause = "registry.k8s.io/pause:3.10"

func TestProgramIsTakenFromTheImageCache(t *testing.T) {
	t.Parallel()
	s := supplier(t, Build, "")
	layerTar := filepath.Join(t.TempDir(), "layer.tar")
	if err := writeTar(layerTar, layer{"/pause": {mode: 0o755, content: []byte("of the image")}}); err != nil {
		t.Fatal(err)
	}
	image, err := compose(v1.Config{}, layerTar)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(s.Cache, "archives", "any")
	put(t, filepath.Join(dir, "archive.json"), `{"reference": "`+pause+`"}`)
	if err := writeArchive(filepath.Join(dir, "image.tar"), name.MustParseReference(pause).(name.Tag),
		image); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time it is kept
		program, err := s.Program(t.Context(), pause)
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(program)
		if err != nil || string(got) != "of the image" {
			t.Errorf("program = %q, %v; want that of the image", got, err)
		}
		if err := os.RemoveAll(filepath.Join(s.Cache, "archives")); err != nil {
			t.Fatal(err)
		}
	}
}

func TestProgramIsCompiledWithoutAnImage(t *testing.T) {
	t.Parallel()
	program, err := supplier(t, Build, "").Program(t.Context(), pause)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(program); err != nil || info.Mode()&0o100 == 0 {
		t.Errorf("%s: %v, %v; want a program", program, info, err)
	}
}

func TestProgramOfAnImageOfSeveral(t *testing.T) {
	t.Parallel()
	for _, image := range []string{"edgeproof.dev/node-base:v1.37.2", "example.org/other:v1"} {
		if _, err := supplier(t, Build, "").Program(t.Context(), image); err == nil ||
			!strings.Contains(err.Error(), image) {
			t.Errorf("Program(%s) = %v; want an error that names it", image, err)
		}
	}
}

func TestCacheFolderIsTheUsersChoice(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("EDGEPROOF_CACHE", dir)
	if got, err := CacheDir(); err != nil || got != dir {
		t.Errorf("with EDGEPROOF_CACHE: %q, %v", got, err)
	}
	t.Setenv("EDGEPROOF_CACHE", "")
	t.Setenv("XDG_CACHE_HOME", dir)
	if got, err := CacheDir(); err != nil || filepath.Base(got) != "edgeproof" {
		t.Errorf("without: %q, %v", got, err)
	}
}
