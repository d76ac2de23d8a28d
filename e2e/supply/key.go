package supply

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"sort"
	"strings"
	"time"

	"k8s.io/klog/v2"

	"github.com/edgeproof/edgeproof/scripts"
)

// buildVersion and bakeVersion are parts of every key, nodeVersion of the node's: raise one when the way of
// building, baking or making a node changes, so that what older versions left in the cache is not taken for the
// same.
const (
	buildVersion = "build/1"
	bakeVersion  = "bake/3"
	nodeVersion  = "node/2"
)

// hasher derives the key of an image from everything that goes into it.
type hasher struct {
	recipes *Recipes
	goVer   string
	rootfs  string // key of the Debian root file system
	kind    string // version of kind's module
	own     map[string]string

	checkout func(context.Context) (string, error) // of this project
}

func (s *Supplier) newHasher(ctx context.Context, recipes *Recipes) (*hasher, error) {
	version, err := goCommand(ctx, recipes.dir, "env", "GOVERSION")
	if err != nil {
		return nil, err
	}
	release, err := os.ReadFile("/etc/os-release")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read the machine's release: %w", err)
	}
	kind, err := s.kindVersion(ctx)
	if err != nil {
		return nil, err
	}
	return &hasher{
		kind: kind, recipes: recipes, checkout: s.source, goVer: strings.TrimSpace(string(version)),
		own:    map[string]string{},
		rootfs: digestOf("rootfs", scripts.Rootfs(), string(release)),
	}, nil
}

// item is the key of one image. Of those that are pulled it is the digest, for which the hasher may be nil.
func (h *hasher) item(ctx context.Context, i *item) (string, error) {
	if i.pulled() {
		return pulledKey(i.digest), nil
	}
	recipe, err := json.Marshal(i.image)
	if err != nil {
		return "", fmt.Errorf("encode recipe: %w", err)
	}
	parts := []string{buildVersion, runtime.GOARCH, h.goVer, string(recipe)}
	if i.image.Base == baseRootfs {
		parts = append(parts, h.rootfs)
	}
	for _, b := range i.image.binaries() {
		source, err := h.source(ctx, b, i.ref)
		if err != nil {
			return "", err
		}
		parts = append(parts, source)
	}
	if i.ref.repository == h.recipes.Node.Repository {
		node, err := h.node()
		if err != nil {
			return "", err
		}
		parts = append(parts, node)
	}
	return digestOf(parts...), nil
}

func pulledKey(digest string) string { return digestOf("pulled", digest, runtime.GOARCH) }

// source is the key of one binary's source: the recipe and version of a module, or the bytes of this project's files.
func (h *hasher) source(ctx context.Context, b binary, ref reference) (string, error) {
	source := h.recipes.Sources[b.source]
	if source.own() {
		return h.ownPackage(ctx, b.pkg)
	}
	version, err := source.versionFor(ref, h.recipes)
	if err != nil {
		return "", err
	}
	raw, err := json.Marshal(source)
	if err != nil {
		return "", fmt.Errorf("encode source: %w", err)
	}
	parts := []string{string(raw), version, b.pkg}
	for _, folder := range source.folders() {
		files, err := hashTree(filepath.Join(h.recipes.dir, folder))
		if err != nil {
			return "", err
		}
		parts = append(parts, files)
	}
	return digestOf(parts...), nil
}

// node is the key of what the node image has besides binaries: our files, and kind's, which come with its module.
func (h *hasher) node() (string, error) {
	files, err := hashTree(filepath.Join(h.recipes.dir, h.recipes.Node.Files))
	if err != nil {
		return "", err
	}
	return digestOf(nodeVersion, files, h.kind), nil
}

// ownPackage hashes the files of this project that pkg is compiled from, without comments, and the versions of all its
// dependencies.
func (h *hasher) ownPackage(ctx context.Context, pkg string) (string, error) {
	if key, ok := h.own[pkg]; ok {
		return key, nil
	}
	root, err := h.checkout(ctx)
	if err != nil {
		return "", err
	}
	out, err := goCommand(ctx, root, "list", "-deps", "-json=Dir,GoFiles,EmbedFiles,Module,Standard", pkg)
	if err != nil {
		return "", err
	}
	var parts []string
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			Dir                 string
			GoFiles, EmbedFiles []string
			Standard            bool
			Module              *struct {
				Path, Version string
				Main          bool
			}
		}
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return "", fmt.Errorf("read go list of %s: %w", pkg, err)
		}
		if p.Standard || p.Module == nil {
			continue
		}
		if !p.Module.Main {
			parts = append(parts, p.Module.Path+"@"+p.Module.Version)
			continue
		}
		for n, name := range slices.Concat(p.GoFiles, p.EmbedFiles) {
			raw, err := os.ReadFile(filepath.Join(p.Dir, name)) // #nosec G304 -- the project's own source
			if err != nil {
				return "", fmt.Errorf("hash source of %s: %w", pkg, err)
			}
			if n < len(p.GoFiles) {
				raw = withoutComments(raw)
			}
			parts = append(parts, name, string(raw))
		}
	}
	sort.Strings(parts)
	h.own[pkg] = digestOf(parts...)
	return h.own[pkg], nil
}

// hashTree hashes names and bytes of all files below dir.
func hashTree(dir string) (string, error) {
	var parts []string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path) // #nosec G304 G122 -- the project's own fixtures
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		parts = append(parts, rel, string(raw))
		return err
	})
	if err != nil {
		return "", fmt.Errorf("hash folder %s: %w", dir, err)
	}
	return digestOf(parts...), nil
}

// digestOf is the SHA-256 of the parts, each with its length, so that no two lists of parts run together.
func digestOf(parts ...string) string {
	sum := sha256.New()
	for _, part := range parts {
		_, _ = fmt.Fprintf(sum, "%d:%s,", len(part), part)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// short is enough of a key to name a file or a tag.
func short(key string) string { return key[:12] }

// goCommand runs the go command in dir and returns its output.
func goCommand(ctx context.Context, dir string, args ...string) ([]byte, error) {
	command := exec.CommandContext(ctx, "go", args...) // #nosec G204 -- arguments are recipes of this project
	command.Dir = dir
	var stderr bytes.Buffer
	command.Stderr = &stderr
	began := time.Now()
	out, err := command.Output()
	klog.V(2).InfoS("Ran", "command", "go "+strings.Join(args, " "), "folder", dir, "took", time.Since(began), "err", err)
	if err != nil {
		return nil, fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, tail(stderr.String(), 12))
	}
	return out, nil
}

func tail(s string, lines int) string {
	all := strings.Split(strings.TrimRight(s, "\n"), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
