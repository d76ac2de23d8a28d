// Package peer builds programs of other projects from their own modules, for tests and benchmarks that run the
// real thing beside the mocks. It knows the go command and a cache folder; it must not know what the programs do.
package peer

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
)

// Program is a main package at the root of a module's release.
type Program struct {
	Module, Version string
	// Replace is added to the module's go.mod, one directive a line; for releases whose own no longer resolves.
	Replace string
}

// Build answers the path of the program, static and for this machine. It is compiled the first time, which takes
// minutes, and then kept in the user's cache folder by version and Go version. The flags are those of a
// release image, so that compiled packages are shared with such a build. Concurrent calls, of other processes
// too, do not disturb each other.
func Build(ctx context.Context, p Program) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the cache folder: %w", err)
	}
	folder := filepath.Join(cache, "edgeproof", "contract")
	program := filepath.Join(folder, path.Base(p.Module)+"-"+p.Version+"-"+runtime.Version())
	if _, err := os.Stat(program); err == nil {
		return program, nil
	}
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return "", fmt.Errorf("make the cache folder: %w", err)
	}
	work, err := os.MkdirTemp(folder, "build-")
	if err != nil {
		return "", fmt.Errorf("make a folder to build in: %w", err)
	}
	defer func() { _ = os.RemoveAll(work) }()
	fresh := filepath.Join(work, "program")
	if err := p.compile(ctx, work, fresh); err != nil {
		return "", fmt.Errorf("build %s@%s: %w", p.Module, p.Version, err)
	}
	// Whoever is first is right: a rename within the folder is atomic.
	if err := os.Rename(fresh, program); err != nil {
		return "", fmt.Errorf("keep %s@%s: %w", p.Module, p.Version, err)
	}
	return program, nil
}

// compile builds in the module's folder of the module cache, with a copy of its go.mod in work.
func (p Program) compile(ctx context.Context, work, out string) error {
	text, err := tool(ctx, work, "mod", "download", "-json", p.Module+"@"+p.Version)
	if err != nil {
		return err
	}
	var at struct{ Dir string }
	if err := json.Unmarshal(text, &at); err != nil {
		return fmt.Errorf("read where the module is: %w", err)
	}
	for name, more := range map[string]string{"go.mod": "\n" + p.Replace + "\n", "go.sum": ""} {
		text, err := os.ReadFile(filepath.Join(at.Dir, name)) //nolint:gosec // in the module cache
		if err != nil {
			return fmt.Errorf("read its %s: %w", name, err)
		}
		if err := os.WriteFile(filepath.Join(work, name), append(text, more...), 0o600); err != nil { //nolint:gosec // a new folder of the cache, two fixed names
			return fmt.Errorf("copy its %s: %w", name, err)
		}
	}
	_, err = tool(ctx, at.Dir, "build", "-modfile="+filepath.Join(work, "go.mod"), "-mod=mod", "-trimpath", "-gcflags=all=-dwarf=false", "-ldflags", "-s -w", "-o", out, ".")
	return err
}

// tool runs the go command.
func tool(ctx context.Context, dir string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...) //nolint:gosec // the programs that tests name
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "CGO_ENABLED=0", "GOFLAGS=-buildvcs=false")
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go %s: %w\n%s", args[0], err, errs.Bytes())
	}
	return out, nil
}
