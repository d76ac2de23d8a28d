package run

import (
	"context"
	"errors"
	"fmt"

	"sigs.k8s.io/e2e-framework/pkg/env"
	"sigs.k8s.io/e2e-framework/pkg/envconf"
	"sigs.k8s.io/e2e-framework/pkg/envfuncs"

	"github.com/edgeproof/edgeproof/e2e/await"
	"github.com/edgeproof/edgeproof/e2e/cluster"
	"github.com/edgeproof/edgeproof/e2e/pace"
	"github.com/edgeproof/edgeproof/e2e/testbed"
)

// NewEnv is an environment that is still to be made. For specs of others, with sigs.k8s.io/e2e-framework:
//
//	edge := run.NewEnv(run.Options{Bundle: "platform/edge", Apps: "platform/apps"})
//	test := env.New().Setup(edge.Setup()...).Finish(edge.Teardown()...)
func NewEnv(o Options) *Env { return &Env{Options: o} }

// Setup makes the environment: the images, the cluster, the fake internet and the platform, and the bundle as a
// GitOps engine installs it. A bundle that does not become ready is an error.
func (e *Env) Setup() []env.Func {
	return []env.Func{
		func(ctx context.Context, config *envconf.Config) (context.Context, error) {
			if e.Options.Cluster == "" {
				e.Options.Cluster = cluster.DefaultName
			}
			if err := e.Options.complete(); err != nil {
				return ctx, err
			}
			if err := e.render(ctx); err != nil {
				return ctx, err
			}
			if err := e.images(ctx); err != nil {
				return ctx, err
			}
			return envfuncs.CreateCluster(e.provider(), e.Options.Cluster)(ctx, config)
		},
		func(ctx context.Context, config *envconf.Config) (context.Context, error) {
			e.plan(ctx)
			if err := e.connect(ctx, config.Client().RESTConfig()); err != nil {
				return ctx, err
			}
			for _, step := range e.Testbed.Steps() {
				var err error
				if ctx, err = step.Func(ctx, config); err != nil {
					return ctx, err
				}
			}
			if e.Testbed.Stuck != "" {
				return ctx, fmt.Errorf("the bundle did not become ready: %s", e.Testbed.Stuck)
			}
			return ctx, nil
		},
	}
}

// Teardown removes the cluster that Setup made. One that stood before stays.
func (e *Env) Teardown() []env.Func {
	return []env.Func{func(ctx context.Context, config *envconf.Config) (context.Context, error) {
		if e.Cluster == nil {
			return ctx, nil
		}
		if e.Outcome.Action == cluster.Reused {
			return ctx, errors.Join(e.Finish(), e.Close())
		}
		ctx, err := envfuncs.DestroyCluster(e.Options.Cluster)(ctx, config)
		if err != nil {
			return ctx, err
		}
		return ctx, e.Finish()
	}}
}

// provider offers the environment's cluster to the framework.
func (e *Env) provider() *cluster.Provider {
	return &cluster.Provider{Make: func(ctx context.Context, _ string) (*cluster.Cluster, error) {
		err := e.cluster(ctx)
		return e.Cluster, err
	}}
}

// raise makes the cluster of a prepared run and sets up the test environment on it.
func (e *Env) raise(ctx context.Context) error {
	if e.Options.Shard.Of > 1 {
		done, err := e.raiseInTurn(ctx)
		if err != nil {
			return err
		}
		defer done() //nolint:errcheck // the kernel drops the lock with the process
	}
	if err := e.timed("cluster", func() error { return e.cluster(ctx) }); err != nil {
		return err
	}
	e.plan(ctx)
	config, err := e.Cluster.RESTConfig()
	if err != nil {
		return err
	}
	if err := e.connect(ctx, config); err != nil {
		return err
	}
	phases, err := e.Testbed.Set(ctx)
	e.Phases = append(e.Phases, phases...)
	return err
}

// plan makes the testbed of the cluster, which is not set up yet.
func (e *Env) plan(ctx context.Context) {
	e.Testbed = &testbed.Testbed{
		Bundle: e.Bundle, Apps: e.Apps, Traefik: e.Options.Traefik, StandIns: e.standIns(), Survey: e.Survey != nil,
		Budgets: await.Default().Paced(pace.Start(ctx)), Log: e.Options.Log, Node: e.Cluster,
		Admission: e.Options.minor().Admission,
	}
}
