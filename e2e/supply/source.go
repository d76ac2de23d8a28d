package supply

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/supply/gomod"
	"github.com/edgeproof/edgeproof/fixtures"
)

// ownModule is this project.
const ownModule = "github.com/edgeproof/edgeproof"

// recipes are those that are part of the program.
func (s *Supplier) recipes() (*Recipes, error) {
	dir, err := fixtures.Unpack(s.Cache)
	if err != nil {
		return nil, err
	}
	return LoadRecipes(filepath.Join(dir, "images"))
}

// source is where this project's own source is: the checkout that the user names or stands in, else that of the
// program's version, which the module proxy gives.
func (s *Supplier) source(ctx context.Context) (string, error) {
	if _, err := exec.LookPath("go"); err != nil {
		return "", fmt.Errorf("build images: %w; install Go, or use a release of edgeproof where its images can be pulled",
			err)
	}
	if s.Source != "" {
		if !checkout(s.Source) {
			return "", fmt.Errorf("build images: %s is no checkout of edgeproof: its go.mod is not there, or of another "+
				"module; correct --source", s.Source)
		}
		return s.Source, nil
	}
	if checkout(".") {
		return ".", nil
	}
	version := ownVersion()
	if version == "" {
		return "", fmt.Errorf("build images: edgeproof's own are built from its source, and this program is of no " +
			"released " +
			"version; " +
			"run it in its checkout, name that with --source, or install a release with `go install " + ownModule +
			"/e2e/cmd/edgeproof@latest`")
	}
	return gomod.Download(ctx, ownModule, version)
}

// ownVersion is the version of this program that others can have too; "" for one that was built in a checkout.
func ownVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Path != ownModule || info.Main.Version == "(devel)" || info.Main.Sum == "" {
		return "" // the go command has no sum of what it did not get from a proxy
	}
	return info.Main.Version
}

// releases is the repository that a release of this project pushes its own images to, each with the program's
// version as its tag.
const releases = "ghcr.io/edgeproof"

// released reports whether a registry has an image of this project: it has those of released versions.
func (i *item) released(version string) bool {
	if version == "" {
		return false
	}
	from, err := parseReference(releases + "/" + path.Base(i.ref.repository) + ":" + version)
	if err == nil {
		i.from = from
	}
	return err == nil
}

// version is the released version whose images are pulled.
func (s *Supplier) version() string {
	if s.Source != "" {
		return "" // its own images are to be built from there
	}
	return cmp.Or(s.release, ownVersion())
}

// checkout reports whether dir is the root of a checkout of this project.
func checkout(dir string) bool {
	raw, err := os.ReadFile(filepath.Join(dir, "go.mod")) // #nosec G304 -- looks whose it is
	first, _, _ := strings.Cut(string(raw), "\n")
	return err == nil && strings.TrimSpace(first) == "module "+ownModule
}
