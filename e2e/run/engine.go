package run

import (
	"cmp"
	"context"
	"net/url"
	"path/filepath"

	"k8s.io/client-go/rest"

	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/gitops"
	"github.com/edgeproof/edgeproof/e2e/kubernetes"
	"github.com/edgeproof/edgeproof/e2e/supply/gomod"
	"github.com/edgeproof/edgeproof/e2e/verdict"
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

// delivery says how the bundle got into the cluster; nil where it was not tried.
func (e *Env) delivery() *verdict.Delivery {
	switch {
	case e.Testbed == nil:
		return nil
	case e.Testbed.Engine == nil:
		return &verdict.Delivery{Engine: verdict.Rendered}
	}
	d := e.Testbed.Delivered
	out := &verdict.Delivery{Engine: cmp.Or(d.Engine, gitops.FluxName), Versions: d.Versions, Revision: d.Revision}
	if u, err := url.Parse(d.Repository); err == nil {
		u.User = nil // a bundle may name a credential there
		out.Repository = u.String()
	}
	return out
}
