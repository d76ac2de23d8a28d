package run

import (
	"context"

	"github.com/edgeproof/edgeproof/e2e/cluster"
)

// Down removes the cluster, in whatever state it is. One that edgeproof did not make is refused.
func Down(ctx context.Context, o Options) error {
	if err := o.complete(); err != nil {
		return err
	}
	engine, host, err := cluster.PrepareEngine(ctx, cluster.EngineOptions{WorkDir: o.workDir(), Log: kindLog{o.Log}})
	if err != nil {
		return err
	}
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
