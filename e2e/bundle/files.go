package bundle

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/fluxcd/pkg/sourceignore"
	"github.com/fluxcd/pkg/sourceignore/gitignore"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

const (
	maxFile  = 8 << 20  // bytes of one file; the largest CRDs known are a few MiB
	maxTotal = 64 << 20 // bytes read in one load, files read twice counted twice
)

// confined is the disk as Kustomize may see it: readable below one root, never writable, with some files replaced in
// memory and a limit on what is read. Symbolic links count by where they lead.
type confined struct {
	filesys.FileSystem

	root     string
	replaced map[string][]byte
	ignored  gitignore.Matcher // what the engine's source leaves out; nil leaves out nothing
	left     int64
}

func confine(root string) *confined {
	return &confined{FileSystem: filesys.MakeFsOnDisk(), root: root, replaced: map[string][]byte{}, left: maxTotal}
}

// ignores reports whether the engine's source leaves a path out.
func (c *confined) ignores(path string) bool {
	if c.ignored == nil || path == c.root {
		return false
	}
	info, err := os.Lstat(path)
	return err == nil && c.ignored.Match(strings.Split(path, string(filepath.Separator)), info.IsDir())
}

// within resolves path and says whether it lies below the root.
func (c *confined) within(path string) (string, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	resolved, err := filepath.EvalSymlinks(absolute)
	if err != nil {
		return "", err
	}
	if resolved != c.root && !strings.HasPrefix(resolved, strings.TrimSuffix(c.root, "/")+"/") {
		return "", fmt.Errorf("%s lies outside of %s: %w", path, c.root, fs.ErrPermission)
	}
	return resolved, nil
}

// ReadFile reads a file below the root, within the limits.
func (c *confined) ReadFile(path string) ([]byte, error) {
	if data, ok := c.replaced[filepath.Clean(path)]; ok {
		return data, nil
	}
	resolved, err := c.within(path)
	if err != nil {
		return nil, err
	}
	if c.ignores(resolved) {
		return nil, &fs.PathError{Op: "read", Path: path, Err: fs.ErrNotExist}
	}
	info, err := os.Stat(resolved)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no regular file", path)
	}
	if info.Size() > maxFile {
		return nil, fmt.Errorf("%s has %d bytes, the limit is %d", path, info.Size(), int64(maxFile))
	}
	if c.left -= info.Size(); c.left < 0 {
		return nil, fmt.Errorf("%s: more than %d bytes read in all", path, int64(maxTotal))
	}
	return c.FileSystem.ReadFile(resolved)
}

// Exists reports whether path is there and below the root.
func (c *confined) Exists(path string) bool {
	if _, ok := c.replaced[filepath.Clean(path)]; ok {
		return true
	}
	resolved, err := c.within(path)
	return err == nil && !c.ignores(resolved)
}

// IsDir reports whether path is a folder below the root.
func (c *confined) IsDir(path string) bool {
	resolved, err := c.within(path)
	return err == nil && c.FileSystem.IsDir(resolved)
}

// CleanedAbs resolves path as Kustomize wants it: links followed, folder and file apart.
func (c *confined) CleanedAbs(path string) (filesys.ConfirmedDir, string, error) {
	if _, err := c.within(path); err != nil {
		return "", "", err
	}
	return c.FileSystem.CleanedAbs(path)
}

// ReadDir lists a folder below the root.
func (c *confined) ReadDir(path string) ([]string, error) {
	resolved, err := c.within(path)
	if err != nil {
		return nil, err
	}
	return c.FileSystem.ReadDir(resolved)
}

// Walk walks a folder below the root.
func (c *confined) Walk(path string, visit filepath.WalkFunc) error {
	resolved, err := c.within(path)
	if err != nil {
		return err
	}
	return c.FileSystem.Walk(resolved, func(path string, info os.FileInfo, err error) error {
		if err == nil && path != resolved && c.ignores(path) {
			// A folder that is left out may hold what a later pattern takes in again.
			return nil
		}
		return visit(path, info, err)
	})
}

// Glob matches below the root; what leads out of it does not match.
func (c *confined) Glob(pattern string) ([]string, error) {
	matches, err := c.FileSystem.Glob(pattern)
	if err != nil {
		return nil, err
	}
	var inside []string
	for _, match := range matches {
		if c.Exists(match) {
			inside = append(inside, match)
		}
	}
	return inside, nil
}

// ignore leaves out what Flux's source-controller leaves out of an artifact: its defaults, then the .sourceignore
// files, then more.
func (c *confined) ignore(more string) error {
	domain := strings.Split(c.root, string(filepath.Separator))
	patterns, err := sourceignore.LoadIgnorePatterns(c.root, domain)
	if err != nil {
		return fmt.Errorf("read %s: %w", sourceignore.IgnoreFile, err)
	}
	patterns = append(patterns, sourceignore.ReadPatterns(strings.NewReader(more), domain)...)
	c.ignored = sourceignore.NewDefaultMatcher(patterns, domain)
	return nil
}

// Open is refused: nothing in a plain build needs it, and it would go around the limits.
func (c *confined) Open(path string) (filesys.File, error) { return nil, c.refuse("open", path) }

// Create is refused: a bundle is only read.
func (c *confined) Create(path string) (filesys.File, error) { return nil, c.refuse("create", path) }

// Mkdir is refused: a bundle is only read.
func (c *confined) Mkdir(path string) error { return c.refuse("mkdir", path) }

// MkdirAll is refused: a bundle is only read.
func (c *confined) MkdirAll(path string) error { return c.refuse("mkdir", path) }

// RemoveAll is refused: a bundle is only read.
func (c *confined) RemoveAll(path string) error { return c.refuse("remove", path) }

// WriteFile is refused: a bundle is only read.
func (c *confined) WriteFile(path string, _ []byte) error { return c.refuse("write", path) }

func (c *confined) refuse(op, path string) error {
	return &fs.PathError{Op: op, Path: path, Err: fs.ErrPermission}
}
