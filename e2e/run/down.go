package run

import (
	"context"
	"os"

	"github.com/edgeproof/edgeproof/e2e/cluster"
)

// Down removes the cluster, in whatever state it is, and those that shared its faults. One that edgeproof did not make is refused.
func Down(ctx context.Context, o Options) error {
	if err := o.complete(); err != nil {
		return err
	}
	engine, host, err := cluster.PrepareEngine(ctx, cluster.EngineOptions{WorkDir: o.workDir(), Log: kindLog{o.Log}})
	if err != nil {
		return err
	}
	if err := remove(ctx, o, engine, host); err != nil {
		return err
	}
	for n := 2; n <= MostClusters; n++ {
		further := o
		further.Cluster = furtherCluster(o.Cluster, n)
		if _, err := os.Stat(further.clusterDir()); err != nil {
			continue // it never was
		}
		if err := remove(ctx, further, engine, host); err != nil {
			return err
		}
	}
	return nil
}

// remove removes one cluster.
func remove(ctx context.Context, o Options, engine *cluster.Engine, host cluster.Host) error {
	w := &World{Options: o}
	return o.Log.Run("remove cluster "+o.Cluster, func() error {
		there, err := cluster.Delete(ctx, cluster.Config{
			Name: o.Cluster, Kubeconfig: w.Kubeconfig(), WorkDir: o.workDir(), Engine: engine, Host: host, Log: kindLog{o.Log},
		})
		if err != nil {
			return err
		}
		if !there {
			o.Log.Note("there was none")
		}
		return w.Finish()
	})
}

// ProvideImages makes the node image with everything that a run of the bundle needs, and no cluster.
func ProvideImages(ctx context.Context, o Options) error {
	if err := o.complete(); err != nil {
		return err
	}
	w := &World{Options: o}
	if err := w.render(ctx); err != nil {
		return err
	}
	return w.images(ctx)
}
