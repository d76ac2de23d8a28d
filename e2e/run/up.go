package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/edgeproof/edgeproof/e2e/await"
	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/cluster"
	"github.com/edgeproof/edgeproof/e2e/supply"
	"github.com/edgeproof/edgeproof/e2e/supply/gomod"
	"github.com/edgeproof/edgeproof/e2e/testbed"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// kubeVersion is what charts see as the version of the cluster to be.
const kubeVersion = "v1.37.2"

// World is a cluster with everything installed.
type World struct {
	Options Options
	Bundle  *bundle.Bundle
	Apps    *bundle.Bundle
	// Candidate is to take the place of the bundle; nil where nothing is.
	Candidate *bundle.Bundle

	Node    *supply.Node
	Engine  *cluster.Engine
	Cluster *cluster.Cluster
	Outcome cluster.Outcome
	Testbed *testbed.Testbed
	Phases  []verdict.Phase

	host cluster.Host
}

// Close gives the cluster's lock back.
func (w *World) Close() error {
	if w.Cluster == nil {
		return nil
	}
	return w.Cluster.Close()
}

// Up renders the bundle, provides the images, makes the cluster and sets the scene. Even when it fails the world holds
// what there is, phases included.
func Up(ctx context.Context, o Options) (*World, error) {
	w, err := prepare(ctx, o)
	if err == nil {
		err = w.raise(ctx)
	}
	return w, err
}

// prepare makes all that a world needs before it has a cluster.
func prepare(ctx context.Context, o Options) (*World, error) {
	w := &World{}
	if err := o.complete(); err != nil {
		return w, err
	}
	w.Options = o
	if err := w.timed("render bundle", func() error { return w.render(ctx) }); err != nil {
		return w, err
	}
	return w, w.timed("images", func() error { return w.images(ctx) })
}

// raise makes the cluster of a prepared world and sets the scene on it.
func (w *World) raise(ctx context.Context) error {
	if err := w.timed("cluster", func() error { return w.cluster(ctx) }); err != nil {
		return err
	}
	phases, err := w.setScene(ctx)
	w.Phases = append(w.Phases, phases...)
	return err
}

// another is a world of the same bundle and images that has no cluster yet.
func (w *World) another(o Options) *World {
	return &World{Options: o, Bundle: w.Bundle, Apps: w.Apps, Node: w.Node, Engine: w.Engine, host: w.host}
}

// timed runs one phase and records how long it took.
func (w *World) timed(name string, f func() error) error {
	start := time.Now()
	err := f()
	w.Phases = append(w.Phases, verdict.Phase{Name: name, Started: start.UTC(), Seconds: verdict.Seconds(time.Since(start))})
	return err
}

func (w *World) render(ctx context.Context) error {
	return w.Options.Log.Run("render bundle "+w.Options.Bundle, func() error {
		var err error
		if w.Bundle, err = w.load(ctx, w.Options.Bundle, nil); err != nil {
			return err
		}
		if w.Apps, err = w.load(ctx, w.Options.Apps, w.Bundle.Variables()); err != nil {
			return err
		}
		notices := slices.Concat(w.Bundle.Notices, w.Apps.Notices)
		if w.Options.Candidate != "" {
			if w.Candidate, err = w.load(ctx, w.Options.Candidate, nil); err != nil {
				return err
			}
			notices = append(notices, w.Candidate.Notices...)
		}
		for _, n := range notices {
			w.Options.Log.Warn("%s: %s: %s; %s", n.File, n.Object, n.Problem, n.Cure)
		}
		return nil
	})
}

func (w *World) load(ctx context.Context, path string, variables map[string]string) (*bundle.Bundle, error) {
	return LoadBundle(ctx, w.Options.Root, path, variables, w.Options.Log.Note)
}

// LoadBundle renders a bundle as every part of a run does.
func LoadBundle(ctx context.Context, root, path string, variables map[string]string, logf func(string, ...any)) (*bundle.Bundle, error) {
	catalogue, err := bundle.ReadCatalogue(os.DirFS(filepath.Join(root, "fixtures", "charts")))
	if err != nil {
		return nil, err
	}
	cache, err := supply.CacheDir()
	if err != nil {
		return nil, err
	}
	charts := &bundle.RepositoryThenModules{Modules: catalogue, Download: gomod.Download, Cache: filepath.Join(cache, "charts"), Logf: logf}
	return bundle.Load(ctx, path, bundle.Options{Charts: charts, KubeVersion: kubeVersion, Variables: variables})
}

// Images lists every image that a run of these bundles with these versions of Traefik needs, those of the platform and of the
// faults' applications too.
func Images(ctx context.Context, root string, traefik []string, bundles ...*bundle.Bundle) ([]supply.Need, error) {
	load := func(folder string, variables map[string]string) error {
		platform, err := bundle.Load(ctx, filepath.Join(root, "fixtures", folder), bundle.Options{KubeVersion: kubeVersion, Variables: variables})
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

func (w *World) images(ctx context.Context) error {
	engine, host, err := cluster.PrepareEngine(ctx, cluster.EngineOptions{WorkDir: w.Options.workDir(), Log: kindLog{w.Options.Log}})
	if err != nil {
		return err
	}
	w.Engine, w.host = engine, host
	cache, err := supply.CacheDir()
	if err != nil {
		return err
	}
	bundles := []*bundle.Bundle{w.Bundle, w.Apps}
	if w.Candidate != nil {
		bundles = append(bundles, w.Candidate)
	}
	needs, err := Images(ctx, w.Options.Root, []string{w.Options.Traefik, w.Options.CandidateTraefik}, bundles...)
	if err != nil {
		return err
	}
	supplier := &supply.Supplier{Root: w.Options.Root, Cache: cache, Mode: w.Options.Images, NodeImage: w.Options.Node, Engine: engine, Log: w.Options.Log}
	w.Node, err = supplier.Provide(ctx, needs)
	return err
}

func (w *World) cluster(ctx context.Context) error {
	config := cluster.Config{
		Name: w.Options.Cluster, NodeImage: w.Node.Image, Inputs: w.Node.Key + w.Bundle.Digest + w.Apps.Digest + w.Options.Traefik,
		Kubeconfig: w.Kubeconfig(), WorkDir: w.Options.workDir(), Engine: w.Engine, Host: w.host, Log: kindLog{w.Options.Log},
	}
	return w.Options.Log.Run("cluster "+w.Options.Cluster, func() error {
		if _, err := os.Stat(w.unfinished()); err == nil {
			was, err := cluster.Delete(ctx, config)
			if err != nil {
				return err
			}
			if was {
				w.Options.Log.Note("the run before did not end in order: its cluster is not trusted and was removed")
			}
		}
		if err := w.begin(); err != nil {
			return err
		}
		var err error
		w.Cluster, w.Outcome, err = cluster.Ensure(ctx, config)
		if err == nil {
			w.Options.Log.Note("%s: %s", w.Outcome.Action, w.Outcome.Why)
		}
		return err
	})
}

// unfinished is the file that stands while a run is at work on the cluster. When it is there at the start of the next,
// that run was killed, perhaps with a fault in.
func (w *World) unfinished() string {
	return filepath.Join(w.Options.clusterDir(), "unfinished")
}

func (w *World) begin() error {
	if err := os.MkdirAll(filepath.Dir(w.unfinished()), 0o750); err != nil {
		return fmt.Errorf("note that a run begins: %w", err)
	}
	if err := os.WriteFile(w.unfinished(), nil, 0o600); err != nil {
		return fmt.Errorf("note that a run begins: %w", err)
	}
	return nil
}

// Finish notes that the cluster is as it should be: the next run may use it.
func (w *World) Finish() error {
	if err := os.Remove(w.unfinished()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("note that the run has ended: %w", err)
	}
	return nil
}

// Kubeconfig is the file that the cluster's credentials are in.
func (w *World) Kubeconfig() string {
	return filepath.Join(w.Options.clusterDir(), "kubeconfig")
}

func (w *World) setScene(ctx context.Context) ([]verdict.Phase, error) {
	w.Testbed = &testbed.Testbed{
		Root: w.Options.Root, Bundle: w.Bundle, Apps: w.Apps, Traefik: w.Options.Traefik,
		Budgets: await.Default(), Log: w.Options.Log, Node: w.Cluster,
	}
	config, err := w.Cluster.RESTConfig()
	if err != nil {
		return nil, err
	}
	if err := w.Testbed.Connect(config); err != nil {
		return nil, err
	}
	phases, err := w.Testbed.Set(ctx)
	if err != nil {
		return phases, fmt.Errorf("set the scene: %w", err)
	}
	return phases, nil
}
