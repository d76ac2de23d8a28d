package supply

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"

	"github.com/edgeproof/edgeproof/e2e/supply/gomod"
)

// CompilerFlags are the go command's flags for all that a run compiles, the Makefile's too: the same
// everywhere, so that what is shared is compiled once. Debugging tables are a tenth of a compiler's work, and
// stripped from what is installed.
func CompilerFlags() []string { return []string{"-trimpath", "-gcflags=all=-dwarf=false"} }

// downloads is how many modules are fetched at once. The go command fetches as many as it has processors,
// though it mostly waits.
const downloads = 8

// kindModule is where the node's base files come from, in the version that this project uses as a library.
const kindModule = "sigs.k8s.io/kind"

func (s *Supplier) kindVersion(ctx context.Context) (string, error) {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, module := range info.Deps {
			if module.Path == kindModule {
				return module.Version, nil
			}
		}
	}
	// a test does not know what it is made of
	out, err := goCommand(ctx, s.Source, "list", "-m", "-f", "{{.Version}}", kindModule)
	return strings.TrimSpace(string(out)), err
}

// versionFor is the version of the source that serves an image: its own, the node's Kubernetes, or the image's tag.
func (s *Source) versionFor(ref reference, recipes *Recipes) (string, error) {
	switch {
	case s.own():
		return "dev", nil
	case s.Version != "":
		return s.Version, nil
	case ref.repository == recipes.Node.Repository:
		return recipes.Node.Kubernetes, nil
	}
	return ref.version()
}

// goBuilder compiles packages of modules that are not this one. The module's folder in the module cache is the main
// module of the build; what must differ from its own go.mod stands in a copy beside (-modfile), so nothing of it is
// copied or changed. It may be used by several at once.
type goBuilder struct {
	source  func(context.Context) (string, error) // this project's checkout
	dir     string                                // folder of go.mod copies
	recipes *Recipes

	mu    sync.Mutex
	ready map[string]func() (*goModule, error) // by source and version
}

// goModule is where and how the go command works on a source.
type goModule struct {
	dir   string
	flags []string
}

// build compiles packages of a source into the folder to, statically unless the source needs cgo; programName is the
// name of each file there. One call for many packages costs less than many calls: while one program is linked, the next
// is compiled.
func (g *goBuilder) build(ctx context.Context, name, version string, pkgs []string, to string) error {
	module, err := g.prepare(ctx, name, version)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(to, 0o750); err != nil {
		return fmt.Errorf("make folder for binaries: %w", err)
	}
	out := to + string(filepath.Separator)
	if len(pkgs) == 1 {
		out = filepath.Join(to, programName(name, pkgs[0]))
	}
	source := g.recipes.Sources[name]
	args := slices.Concat([]string{"build", "-o", out, "-ldflags", source.linkerFlags(version)}, CompilerFlags(),
		module.flags, pkgs)
	if output, err := source.goCommand(ctx, module.dir, args).CombinedOutput(); err != nil {
		return fmt.Errorf("build %s of %s@%s: %w\n%s", strings.Join(pkgs, " "), source.Module, version, err,
			tail(string(output), 20))
	}
	return nil
}

// programName is the name of the program that a package is compiled to.
func programName(source, pkg string) string {
	if pkg == "." {
		return source
	}
	return path.Base(pkg)
}

// goCommand is the go command with what makes a build of this source what it is, in dir.
func (s *Source) goCommand(ctx context.Context, dir string, args []string) *exec.Cmd {
	command := exec.CommandContext(ctx, "go", args...) // #nosec G204 -- recipes of this project
	command.Dir = dir
	cgo := "CGO_ENABLED=0"
	if s.CGO {
		cgo = "CGO_ENABLED=1"
	}
	command.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-buildvcs=false", "GOOS="+targetOS, "GOARCH="+arch(), cgo)
	if os.Getenv("GOGC") == "" {
		command.Env = append(command.Env, "GOGC=200") // compilers are short-lived: memory for a twentieth of their time
	}
	return command
}

// prepare makes what a source needs before it can be compiled, once: the module, its go.mod copy, and the
// modules of every package that a recipe names. While it is at work for one caller, the others wait for it.
func (g *goBuilder) prepare(ctx context.Context, name, version string) (*goModule, error) {
	source := g.recipes.Sources[name]
	if source.own() {
		dir, err := g.source(ctx)
		return &goModule{dir: dir}, err
	}
	g.mu.Lock()
	if g.ready == nil {
		g.ready = map[string]func() (*goModule, error){}
	}
	key := name + "@" + version
	once, ok := g.ready[key]
	if !ok {
		once = sync.OnceValues(func() (*goModule, error) { return g.fetch(ctx, source, version, g.recipes.packages(name)) })
		g.ready[key] = once
	}
	g.mu.Unlock()
	return once()
}

// fetch fetches the module, writes its go.mod copy and overlay, and fetches the modules that pkgs are compiled from.
func (g *goBuilder) fetch(ctx context.Context, source *Source, version string, pkgs []string) (*goModule, error) {
	dir, err := gomod.Download(ctx, source.Module, version)
	if err != nil {
		return nil, err
	}
	work := filepath.Join(g.dir, strings.NewReplacer("/", "_", ".", "_").Replace(source.Module)+"@"+version)
	if err := os.MkdirAll(work, 0o750); err != nil {
		return nil, fmt.Errorf("make folder for go.mod of %s: %w", source.Module, err)
	}
	modFile := filepath.Join(work, "go.mod")
	if err := source.writeModFile(dir, modFile, version, g.recipes.dir); err != nil {
		return nil, err
	}
	if source.Programs != "" {
		dir = filepath.Join(g.recipes.dir, source.Programs)
	}
	module := &goModule{dir: dir, flags: []string{"-modfile=" + modFile, "-mod=mod"}}
	if len(source.Tags) > 0 {
		module.flags = append(module.flags, "-tags", strings.Join(source.Tags, ","))
	}
	// To list a package with what it imports takes the modules of all that, and no other. What cannot be listed
	// may not be needed at this version; if it is, the build reports what is missing.
	list := source.goCommand(ctx, dir, slices.Concat([]string{"list", "-e", "-deps"}, module.flags, pkgs))
	list.Env = append(list.Env, "GOMAXPROCS="+strconv.Itoa(max(downloads, runtime.GOMAXPROCS(0))))
	_ = list.Run()
	return module, ctx.Err()
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

// editLocal changes a replace that points into the component's own tree, which the module cache does not contain.
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
