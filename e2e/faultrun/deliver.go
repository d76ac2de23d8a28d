package faultrun

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/fluxcd/pkg/envsubst"
	"github.com/fluxcd/pkg/ssa/utils"

	"github.com/edgeproof/edgeproof/e2e/fault"
	"github.com/edgeproof/edgeproof/fixtures"
)

// deliver brings a fault's route by Flux: its files are the first commit of a repository of its own, which a
// GitRepository and a Kustomization in its namespace deliver.
func (r *Runner) deliver(ctx context.Context, f fault.Fault) error {
	variables := r.Variables(f)
	variables["repository"] = fault.RepositoryOf(variables["namespace"])
	folder := fixtures.Sub("faults/route/delivered")
	files := map[string]string{}
	err := fs.WalkDir(folder, string(f.Delivered), func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		files[strings.TrimPrefix(name, string(f.Delivered)+"/")], err = filled(folder, name, variables)
		return err
	})
	if err != nil {
		return err
	}
	revision, err := r.injector.Push(ctx, variables["namespace"], files)
	if err != nil {
		return err
	}
	text, err := filled(folder, "flux.yaml", variables)
	if err != nil {
		return err
	}
	objects, err := utils.ReadObjects(strings.NewReader(text))
	if err != nil {
		return fmt.Errorf("parse %s: %w", path.Join("delivered", "flux.yaml"), err)
	}
	for _, o := range objects {
		if err := r.Testbed.Client.Create(ctx, o); err != nil {
			return fmt.Errorf("make %s %s: %w", o.GetKind(), o.GetName(), err)
		}
	}
	return r.injector.Applied(ctx, variables["namespace"], revision)
}

// filled is a file with its variables filled in.
func filled(folder fs.FS, name string, variables map[string]string) (string, error) {
	raw, err := fs.ReadFile(folder, name)
	if err != nil {
		return "", fmt.Errorf("read a delivered route: %w", err)
	}
	text, err := envsubst.Eval(string(raw), func(name string) (string, bool) {
		value, ok := variables[name]
		return value, ok
	})
	if err != nil {
		return "", fmt.Errorf("fill %s: %w", name, err)
	}
	return text, nil
}
