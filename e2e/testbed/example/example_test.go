// Package example_test is how a platform team writes a spec of its own: in a module of its own, with
// sigs.k8s.io/e2e-framework, on a cluster with the fake internet and the installed bundle. `make example` runs it.
package example_test

import (
	"context"
	"os"
	"testing"

	"sigs.k8s.io/e2e-framework/klient/decoder"
	"sigs.k8s.io/e2e-framework/klient/wait"
	"sigs.k8s.io/e2e-framework/pkg/env"
	"sigs.k8s.io/e2e-framework/pkg/envconf"
	"sigs.k8s.io/e2e-framework/pkg/features"

	"github.com/edgeproof/edgeproof/e2e/probe"
	"github.com/edgeproof/edgeproof/e2e/progress"
	"github.com/edgeproof/edgeproof/e2e/run"
	"github.com/edgeproof/edgeproof/e2e/testbed"
)

//nolint:gochecknoglobals // e2e-framework's TestMain passes the environment to the tests so
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

func TestARouteOfOurOwn(t *testing.T) {
	test.Test(t, features.New("a route of our own").
		Setup(func(ctx context.Context, t *testing.T, config *envconf.Config) context.Context {
			create := decoder.CreateHandler(config.Client().Resources())
			if err := decoder.DecodeEachFile(ctx, os.DirFS("testdata"), "*.yaml", create); err != nil {
				t.Fatal(err)
			}
			return ctx
		}).
		Assess("is served to an external client", func(ctx context.Context, t *testing.T,
			_ *envconf.Config,
		) context.Context {
			var seen probe.Report
			request := probe.Request{URL: "http://example.safeops.work/", Address: testbed.PublicAddress}
			served := func(ctx context.Context) (bool, error) {
				err := edge.Testbed.Internet.Probe(ctx, request, &seen)
				return err == nil && seen.HTTP != nil && seen.HTTP.Status == 200, err
			}
			timeout := wait.WithTimeout(edge.Testbed.Budgets.RouteHealthy.Timeout)
			if err := wait.For(served, wait.WithContext(ctx), timeout); err != nil {
				t.Errorf("%v; last seen: %+v", err, seen)
			}
			return ctx
		}).
		Teardown(func(ctx context.Context, t *testing.T, config *envconf.Config) context.Context {
			remove := decoder.DeleteHandler(config.Client().Resources())
			if err := decoder.DecodeEachFile(ctx, os.DirFS("testdata"), "*.yaml", remove); err != nil {
				t.Error(err)
			}
			return ctx
		}).Feature())
}
