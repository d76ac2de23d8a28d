package supply

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"

	"github.com/gofrs/flock"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// Program returns the path of the one program that an image of the recipes contains, for tests that run the real
// component beside a fake. It is taken from the image cache where a run has made that image, else compiled by
// the recipe, and kept in the cache.
func (s *Supplier) Program(ctx context.Context, image string) (string, error) {
	recipes, err := s.recipes()
	if err != nil {
		return "", err
	}
	i, err := newItem(recipes, Need{Reference: image, UsedBy: []string{"a test"}})
	if err != nil {
		return "", err
	}
	if i.image == nil || len(i.image.binaries()) != 1 {
		return "", fmt.Errorf("program of image %s: no recipe of fixtures/images/recipes.yaml makes it of one program",
			image)
	}
	if runtime.GOOS != targetOS {
		return "", fmt.Errorf("program of image %s: it is for Linux and would not run on %s", image, runtime.GOOS)
	}
	folder := filepath.Join(s.Cache, "programs")
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return "", fmt.Errorf("make folder of programs: %w", err)
	}
	lock := flock.New(filepath.Join(folder, "lock"))
	if _, err := lock.TryLockContext(ctx, lockRetry); err != nil {
		return "", fmt.Errorf("lock %s: %w", folder, err)
	}
	defer func() { _ = lock.Unlock() }()

	program := filepath.Join(folder, short(digestOf(image, runtime.Version(), runtime.GOARCH)))
	if _, err := os.Stat(program); !errors.Is(err, fs.ErrNotExist) {
		return program, err
	}
	b := i.image.binaries()[0]
	if err := s.extract(&i, b, program); !errors.Is(err, fs.ErrNotExist) {
		return program, err
	}
	version, err := recipes.Sources[b.source].versionFor(i.ref, recipes)
	if err != nil {
		return "", err
	}
	work, err := os.MkdirTemp(folder, "build-")
	if err != nil {
		return "", fmt.Errorf("make a folder to build in: %w", err)
	}
	defer func() { _ = os.RemoveAll(work) }()
	builder := &goBuilder{source: s.source, dir: filepath.Join(folder, "gomod"), recipes: recipes}
	if err := builder.build(ctx, b.source, version, []string{b.pkg}, work); err != nil {
		return "", err
	}
	return program, os.Rename(filepath.Join(work, programName(b.source, b.pkg)), program)
}

// extract writes the program of an image out of an archive of that image in the cache; fs.ErrNotExist where
// there is none.
func (s *Supplier) extract(i *item, b binary, to string) error {
	found, err := filepath.Glob(filepath.Join(s.Cache, "archives", "*", "archive.json"))
	if err != nil {
		return fmt.Errorf("list archives: %w", err)
	}
	for _, description := range found {
		if a, ok := readArchive(filepath.Dir(description)); ok && a.Reference == i.ref.name {
			return extractFile(a.path, b.path, to)
		}
	}
	return fs.ErrNotExist
}

// extractFile writes one file of an image's archive, executable; fs.ErrNotExist where the image has no such file.
func extractFile(archive, name, to string) error {
	image, err := tarball.ImageFromPath(archive, nil)
	if err != nil {
		return fmt.Errorf("read archive %s: %w", archive, err)
	}
	files := mutate.Extract(image)
	defer func() { _ = files.Close() }()
	for in := tar.NewReader(files); ; {
		header, err := in.Next()
		if errors.Is(err, io.EOF) {
			return fs.ErrNotExist
		}
		if err != nil {
			return fmt.Errorf("read archive %s: %w", archive, err)
		}
		//nolint:gosec // the name is compared, nothing is written by it
		if path.Join("/", header.Name) != name || header.Typeflag != tar.TypeReg {
			continue
		}
		return replaceFile(to, 0o700, func(w io.Writer) error {
			_, err := io.Copy(w, in) // #nosec G110 -- an archive of our own cache
			return err
		})
	}
}
