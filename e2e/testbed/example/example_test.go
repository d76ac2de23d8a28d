// Package example_test is how a platform team writes a spec of its own: with sigs.k8s.io/e2e-framework, on a
// cluster with the fake internet around it and the bundle installed. `make example` runs it.
package example_test

import (
	"context"
	"os"
	"testing"

	"sigs.k8s.io/e2e-framework/klient/wait"
	"sigs.k8s.io/e2e-framework/klient/wait/conditions"
	"sigs.k8s.io/e2e-framework/pkg/env"
	"sigs.k8s.io/e2e-framework/pkg/envconf"
	"sigs.k8s.io/e2e-framework/pkg/features"

	"github.com/edgeproof/edgeproof/e2e/probe"
	"github.com/edgeproof/edgeproof/e2e/progress"
	"github.com/edgeproof/edgeproof/e2e/run"
	"github.com/edgeproof/edgeproof/e2e/testbed"
)

//nolint:gochecknoglobals // e2e-framework's TestMain hands the environment to the tests so
var (
	edge *run.Env
	test env.Environment
)

func TestMain(m *testing.M) {
	name := os.Getenv("EDGEPROOF_EXAMPLE")
	if name == "" {
		os.Exit(0) // it makes a cluster, which `make example` names
	}
	edge = run.NewEnv(run.Options{Dir: "../../..", Source: "../../..", Cluster: name, Log: progress.Plain(os.Stderr)})
	test = env.New().Setup(edge.Setup()...).Finish(edge.Teardown()...)
	os.Exit(test.Run(m))
}

func TestTheFrontendIsPublic(t *testing.T) {
	test.Test(t, features.New("the frontend").
		Assess("runs", func(ctx context.Context, t *testing.T, config *envconf.Config) context.Context {
			available := conditions.New(config.Client().Resources()).DeploymentAvailable("frontend", "develop")
			if err := wait.For(available, wait.WithContext(ctx),
				wait.WithTimeout(edge.Testbed.Budgets.WorkloadReady.Timeout)); err != nil {
				t.Error(err)
			}
			return ctx
		}).
		Assess("answers on the public address", func(ctx context.Context, t *testing.T, _ *envconf.Config) context.Context {
			var seen probe.Report
			err := edge.Testbed.Internet.Probe(ctx, probe.Request{
				URL:     "http://develop.safeops.work/",
				Address: testbed.PublicAddress,
			}, &seen)
			if err != nil || seen.HTTP == nil || seen.HTTP.Status >= 500 {
				t.Errorf("no good answer: %v, %+v", err, seen)
			}
			return ctx
		}).Feature())
}
