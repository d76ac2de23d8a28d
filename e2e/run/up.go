package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/bundle/survey"
	"github.com/edgeproof/edgeproof/e2e/cluster"
	"github.com/edgeproof/edgeproof/e2e/kubernetes"
	"github.com/edgeproof/edgeproof/e2e/supply"
	"github.com/edgeproof/edgeproof/e2e/testbed"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// Env is a cluster with everything installed.
type Env struct {
	Options Options
	Bundle  *bundle.Bundle
	Apps    *bundle.Bundle
	// Survey is what was found where the bundle is a repository of which only the edge can be judged; nil for any other.
	Survey *survey.Survey
	// Candidate is to take the place of the bundle; nil where nothing is.
	Candidate *bundle.Bundle
	next      *survey.Survey // of the candidate

	Node    *supply.Node
	Engine  *cluster.Engine
	Cluster *cluster.Cluster
	Outcome cluster.Outcome
	Testbed *testbed.Testbed
	Phases  []verdict.Phase

	host cluster.Host
}

// Close gives the cluster's lock back.
func (e *Env) Close() error {
	if e.Cluster == nil {
		return nil
	}
	return e.Cluster.Close()
}

// Up renders the bundle, provides the images, makes the cluster and sets up the test environment. Even when it
// fails the world holds what there is, phases included.
func Up(ctx context.Context, o Options) (*Env, error) {
	e, err := prepare(ctx, o, nil)
	if err == nil {
		err = e.raise(ctx)
	}
	return e, err
}

// Attach is Up on a cluster that stands already: it makes none. What it finds is brought to the state that Up leaves.
func Attach(ctx context.Context, o Options) (*Env, error) {
	if o.Cluster == "" {
		o.Cluster = cluster.DefaultName
	}
	if err := o.complete(); err != nil {
		return nil, err
	}
	e := &Env{Options: o}
	if _, err := os.Stat(e.Kubeconfig()); err != nil {
		return nil, fmt.Errorf("attach to cluster %s: %w; make it with `edgeproof up`", o.Cluster, err)
	}
	return Up(ctx, o)
}

// prepare makes all that a run needs before it has a cluster. What was rendered must pass a check, where one is given,
// before images are made.
func prepare(ctx context.Context, o Options, check func(*Env) error) (*Env, error) {
	e := &Env{}
	if err := o.complete(); err != nil {
		return e, err
	}
	e.Options = o
	if err := e.timed("render bundle", func() error { return e.render(ctx) }); err != nil {
		return e, err
	}
	if check != nil {
		if err := check(e); err != nil {
			return e, err
		}
	}
	return e, e.timed("images", func() error { return e.images(ctx) })
}

// timed runs one phase and records how long it took.
func (e *Env) timed(name string, f func() error) error {
	start := time.Now()
	err := f()
	e.Phases = append(e.Phases, verdict.Phase{
		Name: name, Started: start.UTC(),
		Seconds: verdict.Seconds(time.Since(start)),
	})
	return err
}

func (e *Env) render(ctx context.Context) error {
	return e.Options.Log.Run("render bundle "+e.Options.Bundle, func() error {
		if err := e.read(ctx); err != nil {
			return err
		}
		if e.Survey != nil {
			return nil
		}
		// What the applications stand on is in the bundle.
		findings := slices.Concat(e.Bundle.Findings, slices.DeleteFunc(slices.Clone(e.Apps.Findings),
			func(f bundle.Finding) bool {
				return f.Rule == bundle.NamespaceMissing || f.Rule == bundle.DefinitionMissing
			}))
		if e.Candidate != nil && e.next == nil {
			findings = append(findings, e.Candidate.Findings...)
		}
		for _, f := range findings {
			e.Options.Log.Warn("%s: %s: %s; %s", f.File, f.Object, f.Problem, f.Remedy)
		}
		return nil
	})
}

// LoadBundle renders a bundle as every part of a run on the default Kubernetes does.
func LoadBundle(ctx context.Context, path string, variables map[string]string,
	logf func(string, ...any),
) (*bundle.Bundle, error) {
	return loadBundle(ctx, kubernetes.Default(), path, variables, logf)
}

// loadBundle renders a bundle for a minor, whose version charts see as that of the cluster.
func loadBundle(ctx context.Context, minor kubernetes.Minor, path string, variables map[string]string,
	logf func(string, ...any),
) (*bundle.Bundle, error) {
	options, err := (Reading{Variables: variables}).Bundle(minor.Version, logf)
	if err != nil {
		return nil, err
	}
	return bundle.Load(ctx, path, options)
}

// Images lists every image that a run of these bundles with these versions of Traefik needs, those of the
// platform and of the faults' applications too.
func Images(ctx context.Context, traefik []string, bundles ...*bundle.Bundle) ([]supply.Need, error) {
	root, err := builtIn()
	if err != nil {
		return nil, err
	}
	load := func(folder string, variables map[string]string) error {
		platform, err := bundle.Load(ctx, filepath.Join(root, folder),
			bundle.Options{KubeVersion: kubernetes.Default().Version, Variables: variables})
		bundles = append(bundles, platform)
		return err
	}
	if err := errors.Join(load("platform/internet", nil), load("faults/route/own", nil)); err != nil {
		return nil, err
	}
	for _, version := range slices.Compact(traefik) {
		if err := load("platform/traefik", map[string]string{testbed.TraefikVariable: version}); err != nil {
			return nil, err
		}
	}
	var needs []supply.Need
	for _, b := range bundles {
		for _, image := range b.Images() {
			needs = append(needs, supply.Need{Reference: image.Reference, UsedBy: image.UsedBy})
		}
	}
	return needs, nil
}

func (e *Env) images(ctx context.Context) error {
	engine, host, err := cluster.PrepareEngine(ctx, cluster.EngineOptions{
		WorkDir: e.Options.workDir(),
		Log:     kindLog{e.Options.Log},
	})
	if err != nil {
		return err
	}
	e.Engine, e.host = engine, host
	cache, err := supply.CacheDir()
	if err != nil {
		return err
	}
	for {
		err := e.provide(ctx, cache)
		if done, err := e.leaveOut(err); done {
			return err
		}
	}
}

// provide makes the node image with every image that the bundles need.
func (e *Env) provide(ctx context.Context, cache string) error {
	bundles := []*bundle.Bundle{e.Bundle, e.Apps}
	if e.Candidate != nil {
		bundles = append(bundles, e.Candidate)
	}
	controllers, err := e.fluxImages(ctx)
	if err != nil {
		return err
	}
	if controllers != nil {
		bundles = append(bundles, controllers)
	}
	needs, err := Images(ctx, []string{e.Options.Traefik, e.Options.CandidateTraefik}, bundles...)
	if err != nil {
		return err
	}
	supplier := &supply.Supplier{
		Source: e.Options.Source, Cache: cache, Mode: e.Options.Images,
		NodeImage: e.Options.Node, Kubernetes: e.Options.minor(), Engine: e.Engine, Log: e.Options.Log,
	}
	e.Node, err = supplier.Provide(ctx, needs)
	return err
}

func (e *Env) cluster(ctx context.Context) error {
	config := cluster.Config{
		Name: e.Options.Cluster, NodeImage: e.Node.Image, Kubernetes: e.Options.minor(), Inputs: e.Node.Key +
			e.Bundle.Digest + e.Apps.Digest + e.Options.Traefik + e.Options.Engine,
		Kubeconfig: e.Kubeconfig(), WorkDir: e.Options.workDir(), Engine: e.Engine, Host: e.host,
		Log: kindLog{e.Options.Log},
	}
	return e.Options.Log.Run("cluster "+e.Options.Cluster, func() error {
		if _, err := os.Stat(e.unfinished()); err == nil {
			was, err := cluster.Delete(ctx, config)
			if err != nil {
				return err
			}
			if was {
				e.Options.Log.Note("the run before did not end in order: its cluster is not trusted and was removed")
			}
		}
		if err := e.begin(); err != nil {
			return err
		}
		var err error
		e.Cluster, e.Outcome, err = cluster.Ensure(ctx, config)
		if err == nil {
			e.Options.Log.Note("%s: %s", e.Outcome.Action, e.Outcome.Why)
		}
		return err
	})
}

// unfinished is the file that stands while a run is at work on the cluster. When it is there at the start of the next,
// that run was killed, perhaps with a fault in.
func (e *Env) unfinished() string {
	return filepath.Join(e.Options.clusterDir(), "unfinished")
}

func (e *Env) begin() error {
	if err := os.MkdirAll(filepath.Dir(e.unfinished()), 0o750); err != nil {
		return fmt.Errorf("note that a run begins: %w", err)
	}
	if err := os.WriteFile(e.unfinished(), nil, 0o600); err != nil {
		return fmt.Errorf("note that a run begins: %w", err)
	}
	return nil
}

// Finish notes that the cluster is as it should be: the next run may use it.
func (e *Env) Finish() error {
	if err := os.Remove(e.unfinished()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("note that the run has ended: %w", err)
	}
	return nil
}

// Kubeconfig is the file that the cluster's credentials are in.
func (e *Env) Kubeconfig() string {
	return filepath.Join(e.Options.clusterDir(), "kubeconfig")
}
