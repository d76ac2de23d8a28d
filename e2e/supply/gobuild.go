package supply

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"

	"github.com/edgeproof/edgeproof/e2e/supply/gomod"
)

// CompilerFlags are the go command's flags for all that a run compiles, the Makefile's too: the same everywhere, so that what is shared is
// compiled once. Debugging tables are a tenth of a compiler's work, and stripped from what is installed.
func CompilerFlags() []string { return []string{"-trimpath", "-gcflags=all=-dwarf=false"} }

// kindModule is where the node's base files come from, in the version that this project uses as a library.
const kindModule = "sigs.k8s.io/kind"

func (s *Supplier) kindVersion(ctx context.Context) (string, error) {
	out, err := goCommand(ctx, s.Root, "list", "-m", "-f", "{{.Version}}", kindModule)
	return strings.TrimSpace(string(out)), err
}

// versionFor is the version of the source that serves an image: its own, the node's Kubernetes, or the image's tag.
func (s *Source) versionFor(ref reference, recipes *Recipes) (string, error) {
	if s.Version != "" {
		return s.Version, nil
	}
	if ref.repository == recipes.Node.Repository {
		return recipes.Node.Kubernetes, nil
	}
	return ref.version()
}

// goBuilder compiles packages of modules that are not this one. The module's folder in the module cache is the main
// module of the build; what must differ from its own go.mod stands in a copy beside (-modfile), so nothing of it is
// copied or changed.
type goBuilder struct {
	root, dir string // this project's checkout; folder of go.mod copies
	recipes   *Recipes
}

// build compiles one package of source into the file out, static unless the source asks for cgo.
func (g *goBuilder) build(ctx context.Context, source *Source, version, pkg, out string) error {
	args := append([]string{"build", "-o", out, "-ldflags", source.linkerFlags(version)}, CompilerFlags()...)
	if len(source.Tags) > 0 {
		args = append(args, "-tags", strings.Join(source.Tags, ","))
	}
	dir := g.root
	if !source.own() {
		moduleDir, flags, err := g.prepare(ctx, source, version)
		if err != nil {
			return err
		}
		dir, args = moduleDir, append(args, flags...)
	}
	command := exec.CommandContext(ctx, "go", append(args, pkg)...) // #nosec G204 -- recipes of this project
	command.Dir = dir
	cgo := "CGO_ENABLED=0"
	if source.CGO {
		cgo = "CGO_ENABLED=1"
	}
	command.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-buildvcs=false", cgo)
	if os.Getenv("GOGC") == "" {
		command.Env = append(command.Env, "GOGC=200") // compilers are short-lived: memory for a twentieth of their time
	}
	var stderr bytes.Buffer
	command.Stderr = &stderr
	if err := command.Run(); err != nil {
		return fmt.Errorf("build %s of %s@%s: %w\n%s", pkg, source.Module, version, err, tail(stderr.String(), 20))
	}
	return nil
}

// prepare fetches the module and writes its go.mod copy and overlay.
func (g *goBuilder) prepare(ctx context.Context, source *Source, version string) (dir string, flags []string, err error) {
	dir, err = gomod.Download(ctx, source.Module, version)
	if err != nil {
		return "", nil, err
	}
	work := filepath.Join(g.dir, strings.NewReplacer("/", "_", ".", "_").Replace(source.Module)+"@"+version)
	if err := os.MkdirAll(work, 0o750); err != nil {
		return "", nil, fmt.Errorf("make folder for go.mod of %s: %w", source.Module, err)
	}
	modFile := filepath.Join(work, "go.mod")
	if err := source.writeModFile(dir, modFile, version, g.recipes.dir); err != nil {
		return "", nil, err
	}
	if source.Programs != "" {
		dir = filepath.Join(g.recipes.dir, source.Programs)
	}
	return dir, []string{"-modfile=" + modFile, "-mod=mod"}, nil
}

// writeModFile writes the go.mod of the build: the module's own, with the recipe's changes. go.sum is only put there
// when absent, because the go command adds to it what the changes bring.
func (s *Source) writeModFile(moduleDir, to, version, recipes string) error {
	from := filepath.Join(moduleDir, "go.mod")
	raw, err := os.ReadFile(from) // #nosec G304 -- in the module cache
	if err != nil {
		return fmt.Errorf("read go.mod of %s: %w", s.Module, err)
	}
	file, err := modfile.Parse(from, raw, nil)
	if err != nil {
		return fmt.Errorf("parse go.mod of %s: %w", s.Module, err)
	}
	for _, r := range file.Replace {
		if !modfile.IsDirectoryPath(r.New.Path) {
			continue
		}
		if err := s.editLocal(file, r.Old, version); err != nil {
			return fmt.Errorf("edit go.mod of %s: %w", s.Module, err)
		}
	}
	for old, replacement := range s.Replace {
		path, v, _ := strings.Cut(replacement, "@")
		if modfile.IsDirectoryPath(path) {
			path = filepath.Join(recipes, filepath.FromSlash(path))
		}
		replaced, only, _ := strings.Cut(old, "@")
		if err := file.AddReplace(replaced, only, path, v); err != nil {
			return fmt.Errorf("edit go.mod of %s: %w", s.Module, err)
		}
	}
	if s.Programs != "" {
		if err := s.wrap(file, filepath.Join(recipes, s.Programs), version); err != nil {
			return err
		}
	}
	file.Cleanup()
	edited, err := file.Format()
	if err != nil {
		return fmt.Errorf("write go.mod of %s: %w", s.Module, err)
	}
	if err := os.WriteFile(to, edited, 0o600); err != nil { // #nosec G703 -- below the cache folder
		return fmt.Errorf("write go.mod of %s: %w", s.Module, err)
	}
	sums := strings.TrimSuffix(to, ".mod") + ".sum"
	if _, err := os.Stat(sums); err == nil {
		return nil
	}
	raw, err = os.ReadFile(strings.TrimSuffix(from, ".mod") + ".sum") // #nosec G304 -- in the module cache
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read go.sum of %s: %w", s.Module, err)
	}
	if err := os.WriteFile(sums, raw, 0o600); err != nil { // #nosec G703 -- below the cache folder
		return fmt.Errorf("write go.sum of %s: %w", s.Module, err)
	}
	return nil
}

// editLocal changes a replace that points into the component's own tree, which the module cache does not hold.
func (s *Source) editLocal(file *modfile.File, old module.Version, version string) error {
	if s.LocalReplace == "drop" || s.LocalReplace == "" {
		return file.DropReplace(old.Path, old.Version)
	}
	return file.AddReplace(old.Path, old.Version, old.Path, fill(s.LocalReplace, version))
}

// wrap turns the component's go.mod into that of a folder of programs which requires the component.
func (s *Source) wrap(file *modfile.File, programs, version string) error {
	from := filepath.Join(programs, "go.mod")
	raw, err := os.ReadFile(from) // #nosec G304 -- the project's own fixtures
	if err != nil {
		return fmt.Errorf("read go.mod of programs: %w", err)
	}
	if err := file.AddModuleStmt(modfile.ModulePath(raw)); err != nil {
		return fmt.Errorf("edit go.mod of %s: %w", s.Module, err)
	}
	if err := file.AddRequire(s.Module, version); err != nil {
		return fmt.Errorf("edit go.mod of %s: %w", s.Module, err)
	}
	return nil
}

// linkerFlags strips debugging tables and stamps the version, as the component's release build does.
func (s *Source) linkerFlags(version string) string {
	flags := []string{"-s", "-w"}
	for variable, value := range s.Stamp {
		flags = append(flags, "-X "+variable+"="+fill(value, version))
	}
	sort.Strings(flags)
	return strings.Join(flags, " ")
}

// fill puts the parts of a version like v1.37.2 into a pattern.
func fill(pattern, version string) string {
	parts := strings.SplitN(strings.TrimPrefix(version, "v"), ".", 3)
	for len(parts) < 3 {
		parts = append(parts, "0")
	}
	return strings.NewReplacer("{version}", version, "{minor}", parts[1], "{patch}", parts[2]).Replace(pattern)
}
