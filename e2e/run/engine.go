package run

import (
	"context"
	"path/filepath"

	"k8s.io/client-go/rest"

	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/gitops"
	"github.com/edgeproof/edgeproof/e2e/kubernetes"
	"github.com/edgeproof/edgeproof/e2e/supply/gomod"
)

// fluxFolder is where the manifests of Flux's controllers are.
func fluxFolder() (string, error) {
	root, err := builtIn()
	return filepath.Join(root, "platform", "flux"), err
}

// fluxImages are the controllers, as a bundle whose images a run needs; nil where no engine is wanted.
func (e *Env) fluxImages(ctx context.Context) (*bundle.Bundle, error) {
	name, err := gitops.Choose(e.Options.Engine, e.Bundle)
	if err != nil || name != gitops.FluxName {
		return nil, err
	}
	folder, err := fluxFolder()
	if err != nil {
		return nil, err
	}
	return bundle.Load(ctx, folder, bundle.Options{KubeVersion: kubernetes.Default().Version})
}

// connect fills in the clients of the testbed, and the engine, which needs them.
func (e *Env) connect(ctx context.Context, config *rest.Config) (err error) {
	if err := e.Testbed.Connect(config); err != nil {
		return err
	}
	e.Testbed.Engine, err = e.engine(ctx)
	return err
}

// engine is what delivers the bundle to the test environment; nil where it is applied as it is rendered.
func (e *Env) engine(ctx context.Context) (gitops.Engine, error) {
	name, err := gitops.Choose(e.Options.Engine, e.Bundle)
	if err != nil || name != gitops.FluxName {
		return nil, err
	}
	folder, err := fluxFolder()
	if err != nil {
		return nil, err
	}
	components, err := gitops.Components(ctx, folder, gomod.Download)
	if err != nil {
		return nil, err
	}
	options, err := e.Options.Reading.Bundle(e.Options.minor().Version, nil)
	if err != nil {
		return nil, err
	}
	return &gitops.Flux{
		Client: e.Testbed.Client, Internet: e.Testbed.Internet, Charts: gitops.ChartsOf(options.Charts),
		Components: components,
		Budgets:    e.Testbed.Budgets, Logf: e.Options.Log.Note,
	}, nil
}
