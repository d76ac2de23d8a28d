package run

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/bundle/survey"
	"github.com/edgeproof/edgeproof/e2e/kubernetes"
	"github.com/edgeproof/edgeproof/e2e/standin"
)

// standInImage answers in the place of applications.
const (
	ownImages    = "edgeproof.dev/"
	standInImage = ownImages + "frontend:dev"
)

// What --apps may name in place of a folder: whether applications behind the routes of a repository are run.
const (
	AppsAuto    = "auto"    // those run whose images can be built here, and the rest is stood in for
	AppsStandIn = "standin" // all are stood in for
	AppsReal    = "real"    // all run
)

// Edge is what is judged of a bundle: its components and its applications. Survey is what was found in a bundle that
// cannot be judged whole; nil for any other.
type Edge struct {
	Bundle, Apps *bundle.Bundle
	Survey       *survey.Survey
}

// Edge reads a bundle with its applications, as every part of the program does that judges one. Apps is the folder of
// the applications, or how those of a repository are run.
func (r Reading) Edge(ctx context.Context, minor kubernetes.Minor, path, apps string,
	logf func(string, ...any),
) (Edge, error) {
	root, err := builtIn()
	if err != nil {
		return Edge{}, err
	}
	folder := apps
	if mode(apps) || apps == "" {
		folder = filepath.Join(root, "apps")
	}
	options, err := r.Bundle(minor.Version, logf)
	if err != nil {
		return Edge{}, err
	}
	var out Edge
	if out.Bundle, err = bundle.Read(ctx, path, options); err != nil {
		return out, err
	}
	if !out.Bundle.Complete() || len(r.Include) > 0 || len(r.Exclude) > 0 {
		if out, err = r.surveyed(ctx, path, options, apps); err != nil {
			return out, err
		}
	}
	if out.Apps == nil || folder != filepath.Join(root, "apps") {
		out.Apps, err = loadBundle(ctx, minor, folder, out.Bundle.Variables(), logf)
	}
	return out, err
}

// surveyed takes the edge of a repository.
func (r Reading) surveyed(ctx context.Context, path string, options bundle.Options, apps string) (out Edge, err error) {
	taken := r.Survey()
	taken.Run = func(images []string) bool {
		switch apps {
		case AppsReal:
			return true
		case AppsStandIn:
			return false
		}
		return !slices.ContainsFunc(images, func(name string) bool { return !strings.HasPrefix(name, ownImages) })
	}
	if out.Survey, err = survey.Read(ctx, path, options, taken); err != nil {
		return out, err
	}
	if err := out.Survey.Refusal(); err != nil {
		return out, err
	}
	if out.Bundle, err = out.Survey.Components(); err != nil {
		return out, err
	}
	out.Apps, err = out.Survey.Applications(standin.Server{Image: standInImage})
	return out, err
}

// mode reports whether --apps names how applications are run, and no folder.
func mode(apps string) bool { return apps == AppsAuto || apps == AppsStandIn || apps == AppsReal }
